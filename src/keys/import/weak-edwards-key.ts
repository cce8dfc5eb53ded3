/** Edwards-curve public keys that accept forged signatures. */

export type EdwardsCurve = 'Ed25519' | 'Ed448'

interface CurveRow {
  readonly bytes: number
  /** The field prime; an encoded y at or above it is a second spelling of another key (RFC 8032 §5.1.3). */
  readonly p: bigint
  /** The y of every point whose order divides the cofactor. */
  readonly smallOrderY: readonly bigint[]
}

const P25519 = 2n ** 255n - 19n
const P448 = 2n ** 448n - 2n ** 224n - 1n
/** One of the two y of the four points of order 8 on edwards25519; the other is its negative. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

const CURVES: Readonly<Record<EdwardsCurve, CurveRow>> = {
  Ed25519: { bytes: 32, p: P25519, smallOrderY: [0n, 1n, P25519 - 1n, ORDER_8_Y, P25519 - ORDER_8_Y] },
  Ed448: { bytes: 57, p: P448, smallOrderY: [0n, 1n, P448 - 1n] },
}

/**
 * Names the weakness of an Edwards public key; undefined if it has none.
 *
 * With a key of small order one forged signature is good for every message, and BoringSSL and OpenSSL before
 * 3.5 import such keys. The sign bit is not compared: with it or without, in the canonical
 * spelling or not, a small-order y is refused.
 *
 * @see RFC 8032 §5.1.3, §5.2.3
 */
export function findWeakness(curve: EdwardsCurve, publicKey: Uint8Array): string | undefined {
  const { bytes, p, smallOrderY } = CURVES[curve]
  if (publicKey.length !== bytes) return `is not ${bytes} bytes long`
  const y = littleEndian(publicKey) & (2n ** BigInt(bytes * 8 - 1) - 1n)
  if (y >= p) return 'is not in canonical form'
  return smallOrderY.includes(y)
    ? 'is a point of small order, with which signatures can be forged'
    : undefined
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
