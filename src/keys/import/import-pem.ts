/** The text of PEM files: public keys and certificates. */
import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { err, ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { quote } from '../quote.ts'
import { readPublicKeyFacts } from './public-key-facts.ts'
import { toVerificationKey, type VerificationKey } from '../verification-key.ts'

/** Why a PEM file was refused; a private key is a mistake with advice of its own. */
export interface PemRefusal {
  readonly kind: 'private_key' | 'invalid'
  readonly why: string
}

interface PemBlock {
  readonly label: string
  readonly der: Uint8Array
}

/** A key that was read, and the certificate it came in, if any. */
interface PemKey {
  readonly key: KeyObject
  readonly certificate?: X509Certificate
}

/** Each block is read, checked and kept; an issuer has no more than a few keys. */
const MAX_BLOCKS = 32
// RFC 7468 §3. Linear: the body class does not contain `-`.
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g

/**
 * Reads every block of a PEM text. An operator named this file, so one bad block refuses all of it, and text
 * outside the blocks is the commentary that RFC 7468 §2 allows. The keys have no `kid`. The dates and the
 * signature of a certificate are not checked: the file is trusted, and the certificate only wraps the key.
 *
 * @param algorithms The issuer's.
 */
export function importPem(
  text: string,
  algorithms: readonly Algorithm[],
): Result<readonly VerificationKey[], PemRefusal> {
  const blocks = readBlocks(text)
  if (!blocks.ok) return blocks
  const found: PemKey[] = []
  for (const block of blocks.value) {
    const key = readBlock(block)
    if (!key.ok) return key
    found.push(key.value)
  }
  if (isChain(found)) {
    // The key of an authority would be trusted to sign tokens, which no operator means.
    return invalid('it holds a certificate chain; keep only the certificate whose key signs the tokens')
  }
  return toKeys(found, algorithms)
}

function readBlocks(text: string): Result<readonly PemBlock[], PemRefusal> {
  const begun = text.split('-----BEGIN ').length - 1
  if (begun === 0) return invalid('it holds no PEM block (`-----BEGIN PUBLIC KEY-----`)')
  if (begun > MAX_BLOCKS) return invalid(`it holds more than ${MAX_BLOCKS} PEM blocks`)
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) {
    return err({
      kind: 'private_key',
      why: 'it holds a private key, and verifying needs the public key only',
    })
  }
  const blocks = [...text.matchAll(BLOCK)].map(([, label = '', body = '']) => ({
    label,
    der: new Uint8Array(Buffer.from(body, 'base64')),
  }))
  return blocks.length === begun ? ok(blocks) : invalid('a PEM block is cut off or damaged')
}

function readBlock({ label, der }: PemBlock): Result<PemKey, PemRefusal> {
  try {
    switch (label) {
      case 'PUBLIC KEY':
        return ok({ key: createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }) })
      case 'RSA PUBLIC KEY':
        return ok({ key: createPublicKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' }) })
      case 'CERTIFICATE': {
        const certificate = new X509Certificate(der)
        return ok({ key: certificate.publicKey, certificate })
      }
      default:
        return invalid(`PEM blocks ${quote(label)} are not accepted, only PUBLIC KEY and CERTIFICATE`)
    }
  } catch {
    return invalid(`the ${label} block is damaged, or this runtime does not support its key type`)
  }
}

function toKeys(
  found: readonly PemKey[],
  algorithms: readonly Algorithm[],
): Result<readonly VerificationKey[], PemRefusal> {
  const keys = new Map<string, VerificationKey>()
  for (const { key } of found) {
    const facts = readPublicKeyFacts(key)
    if (!facts.ok) return invalid(facts.error)
    const imported = toVerificationKey(key, facts.value, undefined, algorithms)
    if (!imported.ok) return invalid(imported.error)
    keys.set(imported.value.thumbprint, imported.value)
  }
  return ok([...keys.values()])
}

/** True when one certificate was issued by another of the same file. */
function isChain(found: readonly PemKey[]): boolean {
  const certificates = found.flatMap(({ certificate }) => certificate ?? [])
  return certificates.some((leaf) =>
    certificates.some(
      (authority) => authority.fingerprint256 !== leaf.fingerprint256 && leaf.checkIssued(authority),
    ),
  )
}

const invalid = (why: string): { readonly ok: false; readonly error: PemRefusal } =>
  err({ kind: 'invalid', why })
