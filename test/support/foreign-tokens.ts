/** The one suite for tokens that another library has made, with keys that it has made and published. */
import { beforeAll, describe, expect, it } from 'bun:test'
import { compileIssuer } from '../../src/jwt/issuer.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import type { IssuerSettings } from '../../src/settings/issuer/definition.ts'
import { jwksSource, type Jwk } from './key-sources.ts'
import { decideOf, issuerSettings, makeGuard, reasonFor } from './make-guard.ts'
import { AUDIENCE, ISSUER, NOW_SECONDS } from './tokens.ts'

/** A token to be made with the key whose `kid` is {@link kidOf} its algorithm. */
export interface ForeignToken {
  readonly algorithm: Algorithm
  readonly header: Readonly<Record<string, string>>
  readonly claims: Readonly<Record<string, unknown>>
}

export interface Minted {
  /** As the library publishes them; those of HMAC are for the file that `allow_symmetric` stands beside. */
  readonly keys: readonly Jwk[]
  /** In the order of what was asked for. */
  readonly tokens: readonly string[]
}

export const kidOf = (algorithm: Algorithm): string => `key of ${algorithm}`

/** Has keys made, and these tokens with them. */
export type ForeignMint = (tokens: readonly ForeignToken[]) => Promise<Minted>

const CLAIMS = { iss: ISSUER, sub: 'user-1', aud: AUDIENCE, iat: NOW_SECONDS - 10, exp: NOW_SECONDS + 600 }

interface Form {
  readonly header: Readonly<Record<string, string>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly settings?: Partial<IssuerSettings>
}

/** What tokens look like. A form with settings is denied without them. */
const FORMS: Readonly<Record<string, Form>> = {
  'with `kid` and `typ`': { header: { kid: '', typ: 'JWT' }, settings: { requireKid: true } },
  'without `kid`': { header: {} },
  'with a list of audiences': { header: { kid: '' }, claims: { aud: ['api://billing', AUDIENCE] } },
  'of RFC 9068': { header: { kid: '', typ: 'at+jwt' }, settings: { typ: ['at+jwt'] } },
  'with claims beyond ASCII': { header: { kid: '' }, claims: { name: 'Zoë „Ж“ 日本 😀 \\ " /' } },
}

const isHmac = (algorithm: Algorithm): boolean => algorithm.startsWith('HS')

export function describeForeignTokens(
  library: string,
  algorithms: readonly Algorithm[],
  mint: ForeignMint,
): void {
  describe(`tokens made by ${library}`, () => {
    const asked = algorithms.flatMap((algorithm) =>
      Object.entries(FORMS).map(([form, { header, claims }]) => ({
        form,
        algorithm,
        header: 'kid' in header ? { ...header, kid: kidOf(algorithm) } : header,
        claims: { ...CLAIMS, ...claims },
      })),
    )
    let minted: Minted = { keys: [], tokens: [] }
    beforeAll(async () => (minted = await mint(asked)))

    /** The reason of a guard whose issuer has the key of this algorithm. */
    const judge = (algorithm: Algorithm, token: string, settings: Partial<IssuerSettings> = {}) => {
      const keys = minted.keys.filter(({ kid }) => kid === kidOf(algorithm))
      expect(keys).toHaveLength(1)
      const options = isHmac(algorithm) ? ({ allowSymmetric: true } as const) : {}
      const { source } = jwksSource(keys, [algorithm], options)
      const all = issuerSettings({ algorithms: [algorithm], ...settings })
      return reasonFor(decideOf(makeGuard({ issuers: [compileIssuer(all, source)] })), token)
    }

    for (const [index, { form, algorithm, header, claims }] of asked.entries()) {
      const settings = FORMS[form]?.settings
      const tokenOf = (): string => minted.tokens[index] ?? ''
      it(`are allowed: ${algorithm}, ${form}`, async () => {
        const [first = '', second = ''] = tokenOf().split('.')
        expect(JSON.parse(Buffer.from(first, 'base64url').toString())).toMatchObject({
          alg: algorithm,
          ...header,
        })
        expect(JSON.parse(Buffer.from(second, 'base64url').toString())).toEqual(claims)
        expect(await judge(algorithm, tokenOf(), settings)).toBe('ok')
      })
      it(`are denied with one byte changed: ${algorithm}, ${form}`, async () => {
        const reasons = { header: '', claims: '', signature: '' }
        // A byte of the key's name, of the subject, and of the signature.
        if ('kid' in header)
          reasons.header = await judge(algorithm, change(tokenOf(), 0, kidOf(algorithm)), settings)
        reasons.claims = await judge(algorithm, change(tokenOf(), 1, 'user-1'), settings)
        reasons.signature = await judge(algorithm, changeSignature(tokenOf()), settings)
        expect(reasons).toEqual({
          header: 'kid' in header ? 'kid_unknown' : '',
          claims: 'signature_invalid',
          signature: 'signature_invalid',
        })
      })
    }

    for (const algorithm of algorithms)
      it(`are denied by the key of another algorithm: ${algorithm}`, async () => {
        const others = algorithms.filter((name) => name !== algorithm && isHmac(name) === isHmac(algorithm))
        const at = asked.findIndex((one) => one.algorithm === algorithm && !('kid' in one.header))
        for (const other of others)
          expect(await judge(other, minted.tokens[at] ?? '')).toBe('alg_not_allowed')
      })
  })
}

/** The token with the byte in the middle of this text changed, which stays a text. */
function change(token: string, part: 0 | 1, text: string): string {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = bytes.lastIndexOf(text)
  if (at < 0) throw new Error(`there is no ${text} in part ${part + 1}`)
  const middle = at + Math.floor(text.length / 2)
  bytes[middle] = bytes[middle] === 0x41 ? 0x42 : 0x41
  return parts.with(part, bytes.toString('base64url')).join('.')
}

function changeSignature(token: string): string {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[2] ?? '', 'base64url')
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  return parts.with(2, bytes.toString('base64url')).join('.')
}
