/** A compact JWS, decoded strictly; nothing in it is verified yet. */
import { err, ok, type Result } from '../result.ts'
import { decodeBase64url } from './base64url.ts'
import { parseStrictObject, type JsonObject } from '../strict-json.ts'
import { malformed, readHeader, type DecodeProblem, type JoseHeader, type ReadHeader } from './jose-header.ts'

export interface DecodedJws {
  readonly header: JoseHeader
  readonly claims: JsonObject
  /** The payload as it came; for numbers that JavaScript cannot hold exactly. */
  readonly payload: Uint8Array
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Decodes `header.payload.signature`: exactly three parts, canonical base64url, JSON objects without
 * duplicate members. JWE, nested tokens, `crit` and `b64` are refused by name.
 *
 * @param headerOf Reads the first part; the guard hands in one that remembers. Default {@link readHeader}.
 * @see RFC 7515 §5.2, RFC 7519 §7.2
 */
export function decodeJws(
  token: string,
  headerOf: ReadHeader = readHeader,
): Result<DecodedJws, DecodeProblem> {
  const format = tokenFormat(token)
  if (format !== 'jws') return err(whyNotJws(token, format))
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  const header = headerOf(token.slice(0, first))
  if (!header.ok) return header
  const payload = decodeBase64url(token.slice(first + 1, last))
  if (payload === undefined) return malformed('payload_encoding')
  const claims = parseStrictObject(payload)
  if (claims === undefined) return malformed('payload_json')
  const signature = decodeBase64url(token.slice(last + 1))
  if (signature === undefined) return malformed('signature_encoding')
  const signingInput = Buffer.from(token.slice(0, last), 'latin1')
  return ok({ header: header.value, claims, payload, signingInput, signature })
}

/** Why a token of another format is denied. */
function whyNotJws(token: string, format: 'jwe' | 'opaque'): DecodeProblem {
  if (format === 'jwe') return { reason: 'token_encrypted', sign: 'five_parts' }
  return hasTokenCharacters(token)
    ? { reason: 'token_malformed', fault: 'parts', parts: countParts(token) }
    : { reason: 'token_malformed', fault: 'characters' }
}

// RFC 7515 §7.1. Each part is held to base64url again where it is decoded.
const TOKEN_CHARACTERS = /^[A-Za-z0-9_.-]+$/

/**
 * What a token is by its parts alone, before anything in it is read. `jws`: the three parts of a signed JWT; `jwe`: the
 * five of an encrypted one; `opaque`: anything else, which only its issuer can read.
 *
 * @see RFC 7516 §9 (telling JWS and JWE apart), RFC 6749 §1.4 (opaque)
 */
export function tokenFormat(token: string): 'jws' | 'jwe' | 'opaque' {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (first !== last && token.indexOf('.', first + 1) === last) return 'jws'
  return countParts(token) === 5 && hasTokenCharacters(token) ? 'jwe' : 'opaque'
}

/** Whether it is made of base64url and dots. */
const hasTokenCharacters = (token: string): boolean => TOKEN_CHARACTERS.test(token)

/** How many parts it has; 6 if there are more. `split` has a limit: a token of dots must not become a list of that length. */
const countParts = (token: string): number => token.split('.', 6).length
