/** A compact JWS, decoded strictly; nothing in it is verified yet. */
import { err, ok, type Result } from '../result.ts'
import { decodeBase64url } from './base64url.ts'
import { parseStrictObject, type JsonObject } from '../strict-json.ts'
import { malformed, readHeader, type DecodeProblem, type JoseHeader, type ReadHeader } from './jose-header.ts'
import { countParts, hasTokenCharacters, tokenFormat } from './token-format.ts'

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
  if (tokenFormat(token) !== 'jws') return err(whyNotJws(token))
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

/** Why a token of another format than `jws` is denied. */
function whyNotJws(token: string): DecodeProblem {
  if (!hasTokenCharacters(token)) return { reason: 'token_malformed', fault: 'characters' }
  const parts = countParts(token)
  return parts === 5
    ? { reason: 'token_encrypted', sign: 'five_parts' }
    : { reason: 'token_malformed', fault: 'parts', parts }
}
