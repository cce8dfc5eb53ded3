/** Recognises texts that issuers publish, and that cannot be secrets. */
import { createPublicKey, X509Certificate } from 'node:crypto'
import { parseStrictJson, isJsonObject } from '../../strict-json.ts'
import { holdsSecret } from './import-jwk.ts'

const PUBLIC_LABEL = /-----BEGIN [A-Z0-9 ]{0,20}(?:PUBLIC KEY|CERTIFICATE)-----/
const PRIVATE_LABEL = /-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----/
const BASE64 = /^[A-Za-z0-9+/_\s-]+={0,2}\s*$/
/** The shortest key in DER: that of Ed25519. */
const LEAST_DER_BYTES = 44
const DER_SEQUENCE = 0x30
/** A longer text is not a key, and is not parsed. */
const MAX_BYTES = 65_536

/**
 * True for a public key or a certificate: in PEM, as base64 without its frame, in DER, or as a JWK or JWK set. An
 * attacker who knows the issuer knows it too, and could sign with it as an HMAC secret.
 *
 * @see RFC 8725 §2.1
 */
export function isPublicText(secret: Uint8Array): boolean {
  if (secret.length < LEAST_DER_BYTES || secret.length > MAX_BYTES) return false
  const text = Buffer.from(secret).toString('latin1')
  if (PUBLIC_LABEL.test(text)) return !PRIVATE_LABEL.test(text)
  if (text.trimStart().startsWith('{')) return isPublicJwk(text)
  return isPublicDer(secret) || (BASE64.test(text) && isPublicDer(Buffer.from(text, 'base64')))
}

function isPublicJwk(text: string): boolean {
  const parsed = parseStrictJson(text)
  if (!parsed.ok || !isJsonObject(parsed.value)) return false
  const { keys } = parsed.value
  const members: readonly unknown[] = Array.isArray(keys) ? keys : [parsed.value]
  return members.some(isJwk) && !members.some(holdsSecret)
}

const isJwk = (member: unknown): boolean => isJsonObject(member) && typeof member['kty'] === 'string'

function isPublicDer(der: Uint8Array): boolean {
  if (der.length < LEAST_DER_BYTES || der[0] !== DER_SEQUENCE) return false
  const key = Buffer.from(der)
  return (
    canRead(() => createPublicKey({ key, format: 'der', type: 'spki' })) ||
    canRead(() => createPublicKey({ key, format: 'der', type: 'pkcs1' })) ||
    canRead(() => new X509Certificate(key))
  )
}

function canRead(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
