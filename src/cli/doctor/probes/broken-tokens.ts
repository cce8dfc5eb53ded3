/** Tokens that nobody may accept: made up, without a signature, or changed after they were signed. */
import { createHmac, randomBytes } from 'node:crypto'
import { parseStrictObject } from '../../../strict-json.ts'

export type LabelledToken = readonly [label: string, token: string]

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The members of a part of a token; empty if it has none. */
const decode = (part: string | undefined): Readonly<Record<string, unknown>> =>
  parseStrictObject(Buffer.from(part ?? '', 'base64url')) ?? {}

const YEAR_SECONDS = 31_536_000
/** Seconds since 1970; far enough that a guard that checks nothing else lets it in. */
const later = (): number => Math.floor(Date.now() / 1000) + YEAR_SECONDS

/** The claims of the operator's token, or those of a token that could be one. */
function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  const madeUp = { iss: 'https://warder-doctor.invalid', aud: 'warder-doctor', sub: 'warder-doctor' }
  return { ...madeUp, ...decode(token?.split('.')[1]), exp: later() }
}

/** @param token Whose header and claims it has; its signature is by a key that nobody has. */
export function madeUpToken(token: string | undefined): string {
  const header = { ...decode(token?.split('.')[0]), alg: 'HS256', typ: 'JWT' }
  const signed = `${encode(header)}.${encode(claimsOf(token))}`
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`
}

/** Without a signature (RFC 8725 §2.1), in the spellings that blocklists miss. */
export const unsignedTokens = (token: string | undefined): readonly LabelledToken[] =>
  ['none', 'None', 'nOnE', ''].map((alg) => [
    `alg ${JSON.stringify(alg)}`,
    `${encode({ alg, typ: 'JWT' })}.${encode(claimsOf(token))}.`,
  ])

/** The token with one part changed, each in a way that a guard without a check would accept. */
export function brokenTokens(token: string): readonly LabelledToken[] {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const withClaims = (change: Readonly<Record<string, unknown>>): string =>
    `${header}.${encode({ ...decode(payload), ...change })}.${signature}`
  const withHeader = (change: Readonly<Record<string, unknown>>): string =>
    `${encode({ ...decode(header), ...change })}.${payload}.${signature}`
  return [
    ['another signature', `${header}.${payload}.${flip(signature)}`],
    ['no signature', `${header}.${payload}.`],
    ['a later end', withClaims({ exp: later() })],
    ['another subject', withClaims({ sub: 'warder-doctor' })],
    ['more scopes', withClaims({ scope: 'admin root', scp: 'admin', roles: ['admin'] })],
    ['another key id', withHeader({ kid: 'warder-doctor' })],
    ['alg none', withHeader({ alg: 'none' })],
  ]
}

/** Another first byte. */
function flip(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 0xff
  return bytes.toString('base64url')
}
