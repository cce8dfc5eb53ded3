/** A compact JWS, decoded strictly; nothing in it is verified yet. */
import { err, ok, type Result } from '../result.ts'
import { decodeBase64url } from './base64url.ts'
import { parseStrictObject, type JsonObject } from '../strict-json.ts'

/** Why a token cannot be judged at all. */
export type DecodeMiss = 'token_malformed' | 'token_encrypted' | 'crit_unsupported' | 'alg_not_allowed'

/** What is wrong, for the operator. Never holds a part of the token. */
export interface DecodeProblem {
  readonly reason: DecodeMiss
  readonly detail: string
}

/** The members of the protected header that Warder reads. Keys in a token (`jwk`, `x5c`, `jku`, `x5u`) are not read. */
export interface JoseHeader {
  readonly alg: string
  readonly kid: string | undefined
  readonly typ: string | undefined
}

export interface DecodedJws {
  readonly header: JoseHeader
  readonly claims: JsonObject
  /** The payload as it came; for numbers that JavaScript cannot hold exactly. */
  readonly payload: Uint8Array
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Longest `kid`; real ones are thumbprints, UUIDs or key URLs. */
export const MAX_KID_LENGTH = 256

// RFC 7515 §7.1. Each part is held to base64url again where it is decoded.
const TOKEN_CHARACTERS = /^[A-Za-z0-9_.-]+$/
const VISIBLE_ASCII = /^[\x20-\x7e]*$/

/**
 * Decodes `header.payload.signature`: exactly three parts, canonical base64url, JSON objects without
 * duplicate members. JWE, nested tokens, `crit` and `b64` are refused by name.
 *
 * @param headerOf Reads the first part; the guard hands in one that remembers. Default {@link readHeader}.
 * @see RFC 7515 §5.2, RFC 7519 §7.2
 */
export function decodeJws(
  token: string,
  headerOf: (part: string) => Result<JoseHeader, DecodeProblem> = readHeader,
): Result<DecodedJws, DecodeProblem> {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (token.indexOf('.', first + 1) !== last || first === last) return wrongPartCount(token)
  const header = headerOf(token.slice(0, first))
  if (!header.ok) return header
  const payload = decodeBase64url(token.slice(first + 1, last))
  if (payload === undefined) return malformed('the payload is not canonical base64url')
  const claims = parseStrictObject(payload)
  if (claims === undefined) return malformed('the payload is not one unambiguous JSON object')
  const signature = decodeBase64url(token.slice(last + 1))
  if (signature === undefined) return malformed('the signature is not canonical base64url')
  const signingInput = Buffer.from(token.slice(0, last), 'latin1')
  return ok({ header: header.value, claims, payload, signingInput, signature })
}

const malformed = (detail: string): Result<never, DecodeProblem> => err({ reason: 'token_malformed', detail })

function wrongPartCount(token: string): Result<never, DecodeProblem> {
  if (!TOKEN_CHARACTERS.test(token)) return malformed('a character that is neither base64url nor a dot')
  // `split` with a limit: a token of dots must not become a list of that length.
  const parts = token.split('.', 6).length
  if (parts === 5) return err({ reason: 'token_encrypted', detail: 'five parts: an encrypted token (JWE)' })
  const count = parts > 5 ? 'more than five parts' : parts === 1 ? 'one part' : `${parts} parts`
  return malformed(`${count} instead of three`)
}

/** Reads the first part of a token: what the header says, or why it cannot be used. */
export function readHeader(part: string): Result<JoseHeader, DecodeProblem> {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) return malformed('the header is not canonical base64url')
  const header = parseStrictObject(bytes)
  if (header === undefined) return malformed('the header is not one unambiguous JSON object')
  // Own properties, whatever their value: `crit: null` is still there (RFC 7515 §4.1.11).
  if (Object.hasOwn(header, 'crit'))
    return err({ reason: 'crit_unsupported', detail: 'the header has `crit`' })
  if (Object.hasOwn(header, 'b64')) return err({ reason: 'crit_unsupported', detail: 'the header has `b64`' })
  if (Object.hasOwn(header, 'enc')) return err({ reason: 'token_encrypted', detail: 'the header has `enc`' })
  if (Object.hasOwn(header, 'zip')) return malformed('the header has `zip`')
  return readMembers(header)
}

function readMembers(header: JsonObject): Result<JoseHeader, DecodeProblem> {
  const { alg, kid, typ, cty } = header
  if (typeof alg !== 'string') return err({ reason: 'alg_not_allowed', detail: '`alg` is not a string' })
  if (kid !== undefined && !isKid(kid)) return malformed('`kid` is not a short visible string')
  if (typ !== undefined && typeof typ !== 'string') return malformed('`typ` is not a string')
  if (cty !== undefined && (typeof cty !== 'string' || /^(?:application\/)?jwt$/i.test(cty))) {
    return malformed('a nested token (`cty`)')
  }
  return ok({ alg, kid, typ })
}

const isKid = (kid: unknown): kid is string =>
  typeof kid === 'string' && kid.length <= MAX_KID_LENGTH && VISIBLE_ASCII.test(kid)
