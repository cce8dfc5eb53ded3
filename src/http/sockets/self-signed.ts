/** A certificate that the process makes for itself: P-256, in memory alone, and trusted by no client. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const HOUR_MS = 3_600_000
/** Long, because no client trusts the certificate anyway, and a process may run for years. */
const LIFETIME_MS = 10 * 365 * 24 * HOUR_MS

/** In PEM. @see RFC 5280 §4.1 */
export function createSelfSigned(nowMs: number): { readonly cert: Buffer; readonly key: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const toBeSigned = sequence(
    der(0xa0, VERSION_3),
    der(0x02, positive(randomBytes(16))),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(time(nowMs - HOUR_MS), time(nowMs + LIFETIME_MS)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(0x04, sequence(der(0x82, text('localhost'))))))),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, der(0x03, Buffer.of(0), signature))
  return {
    cert: Buffer.from(toPem(certificate)),
    key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

/** A tag, the length and the contents (X.690 §8.1). */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const head =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >> 8, length & 0xff)
  return Buffer.concat([head, content])
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents)
const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))

/** An integer without a sign bit, and without a zero in front. */
function positive(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[0] = ((copy[0] ?? 0) & 0x7f) | 0x40
  return copy
}

/** Two digits of the year up to 2049 (RFC 5280 §4.1.2.5). */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return digits < '2050' ? der(0x17, text(digits.slice(2))) : der(0x18, text(digits))
}

const VERSION_3 = der(0x02, Buffer.of(2))
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))
const SUBJECT_ALT_NAME = oid('551d11')
const NAME = sequence(der(0x31, sequence(oid('550403'), der(0x0c, text('warder self-signed')))))

const toPem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`
