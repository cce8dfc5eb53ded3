/** Public keys that issuers publish as certificates. The dates and the signature of a certificate are not checked. */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { isKid } from '../verification-key.ts'

/** Most characters of a certificate in base64; real ones have two thousand. */
const MAX_CERTIFICATE_LENGTH = 32_768
const PEM = /^\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[A-Za-z0-9+/=\s]{1,32768}-----END \1-----\s*$/
// Linear, as above; what is encrypted cannot be read, and exposes nothing.
const PRIVATE_PEM = /^\s*-----BEGIN (?:[A-Z]{2,3} )?PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,32768}-----END /

/**
 * The key of the first certificate of `x5c`; undefined if it is absent or unreadable. Only for configured key
 * sets: the `x5c` of a token is not read.
 *
 * @see RFC 7517 §4.7
 */
export function readCertificateKey(x5c: unknown): KeyObject | undefined {
  const [first] = Array.isArray(x5c) ? (x5c as readonly unknown[]) : []
  if (typeof first !== 'string' || first.length > MAX_CERTIFICATE_LENGTH) return undefined
  try {
    return new X509Certificate(Buffer.from(first, 'base64')).publicKey
  } catch {
    return undefined
  }
}

/**
 * The members of a JWK set that a map from key ids to PEM stands for, as Google publishes it for Firebase; undefined
 * when the document is something else. An unreadable entry becomes a key without a type, which is refused by its kid.
 */
export function readPemMap(
  document: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, unknown>>[] | undefined {
  const entries = Object.entries(document)
  const isMap = entries.every(
    ([kid, text]) => isKid(kid) && typeof text === 'string' && text.trimStart().startsWith('-----BEGIN '),
  )
  if (entries.length === 0 || !isMap) return undefined
  return entries.map(([kid, text]) => ({ ...readPem(String(text)), kid }))
}

function readPem(text: string): Readonly<Record<string, unknown>> {
  const label = PEM.exec(text)?.[1]
  try {
    // With its private members: it is refused for them, and so is its public half elsewhere in the document.
    if (PRIVATE_PEM.test(text)) return { ...createPrivateKey(text).export({ format: 'jwk' }) }
    if (label === undefined) return {}
    const key = label === 'CERTIFICATE' ? new X509Certificate(text).publicKey : createPublicKey(text)
    return { ...key.export({ format: 'jwk' }) }
  } catch {
    return {}
  }
}
