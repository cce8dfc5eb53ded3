/** The first part of a token: read strictly and remembered: all tokens of one signing key begin with the same text. */
import { err, ok, type Result } from '../result.ts'
import { parseStrictObject, type JsonObject } from '../strict-json.ts'
import { decodeBase64url } from './base64url.ts'

/** Why a token is not what RFC 7515 calls a JWS. */
export type MalformedFault =
  | 'characters'
  | 'parts'
  | 'header_encoding'
  | 'header_json'
  | 'payload_encoding'
  | 'payload_json'
  | 'signature_encoding'
  | 'zip'
  | 'kid'
  | 'typ'
  | 'nested'

/** Why a token cannot be judged at all. Never holds a part of the token. */
export type DecodeProblem =
  /** `parts`: how many there are; 6 stands for more than five. */
  | { readonly reason: 'token_malformed'; readonly fault: MalformedFault; readonly parts?: number }
  | { readonly reason: 'token_encrypted'; readonly sign: 'five_parts' | 'enc' }
  | { readonly reason: 'crit_unsupported'; readonly member: 'crit' | 'b64' }
  /** It is not a text. */
  | { readonly reason: 'alg_not_allowed'; readonly alg: undefined }

/** The error for a token that is not a JWS. */
export const malformed = (fault: MalformedFault): Result<never, DecodeProblem> =>
  err({ reason: 'token_malformed', fault })

/** The members of the protected header that Warder reads. Keys in a token (`jwk`, `x5c`, `jku`, `x5u`) are not read. */
export interface JoseHeader {
  readonly alg: string
  readonly kid: string | undefined
  readonly typ: string | undefined
}

/** Longest `kid`; real ones are thumbprints, UUIDs or key URLs. */
export const MAX_KID_LENGTH = 256

const VISIBLE_ASCII = /^[\x20-\x7e]*$/

/** Reads the first part of a token: the header, or why it cannot be used. */
export function readHeader(part: string): Result<JoseHeader, DecodeProblem> {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) return malformed('header_encoding')
  const header = parseStrictObject(bytes)
  if (header === undefined) return malformed('header_json')
  // Own properties, whatever their value: `crit: null` is still there (RFC 7515 §4.1.11).
  if (Object.hasOwn(header, 'crit')) return err({ reason: 'crit_unsupported', member: 'crit' })
  if (Object.hasOwn(header, 'b64')) return err({ reason: 'crit_unsupported', member: 'b64' })
  if (Object.hasOwn(header, 'enc')) return err({ reason: 'token_encrypted', sign: 'enc' })
  if (Object.hasOwn(header, 'zip')) return malformed('zip')
  return readMembers(header)
}

function readMembers(header: JsonObject): Result<JoseHeader, DecodeProblem> {
  const { alg, kid, typ, cty } = header
  if (typeof alg !== 'string') return err({ reason: 'alg_not_allowed', alg: undefined })
  if (kid !== undefined && !isKid(kid)) return malformed('kid')
  if (typ !== undefined && typeof typ !== 'string') return malformed('typ')
  if (cty !== undefined && (typeof cty !== 'string' || /^(?:application\/)?jwt$/i.test(cty))) {
    return malformed('nested')
  }
  return ok({ alg, kid, typ })
}

const isKid = (kid: unknown): kid is string =>
  typeof kid === 'string' && kid.length <= MAX_KID_LENGTH && VISIBLE_ASCII.test(kid)

/** Reads the first part of a token, as {@link readHeader} does. */
export type ReadHeader = (part: string) => Result<JoseHeader, DecodeProblem>

/** More than an operator has signing keys; a client that makes up headers only empties the memo. */
const MAX_HEADERS = 256
/** Longer ones carry certificates, and are not worth the memory. */
const MAX_REMEMBERED_LENGTH = 512

/**
 * Remembers the header that `readHeader` found in a text. The text alone decides it, so what is remembered stays true;
 * it saves a fifth of what a first-seen HS256 token costs. Only good headers are kept.
 */
export function createHeaderMemo(): ReadHeader {
  const known = new Map<string, Result<JoseHeader, DecodeProblem>>()
  return (part) => {
    const remembered = known.get(part)
    if (remembered !== undefined) return remembered
    const header = readHeader(part)
    if (header.ok && part.length <= MAX_REMEMBERED_LENGTH) {
      if (known.size === MAX_HEADERS) known.clear()
      known.set(part, header)
    }
    return header
  }
}
