import { describe, expect, it } from 'bun:test'
import { checkPrimeSync, randomBytes, randomInt } from 'node:crypto'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import { importJwk } from '../../../src/keys/import/import-jwk.ts'
import { findModulusWeakness } from '../../../src/keys/import/weak-rsa-modulus.ts'
import { keyPair, publicJwk } from '../key-pairs.ts'

/** Product of the first `count` primes, the M of the paper: 126 of them for keys of 2,048 bits. */
function primorial(count: number): bigint {
  let product = 1n
  for (let n = 2n, found = 0; found < count; n += 1n) {
    if (!checkPrimeSync(n)) continue
    product *= n
    found += 1
  }
  return product
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

const random = (bits: number): bigint => BigInt(`0x${randomBytes(bits / 8).toString('hex')}`)

/** `k·M + (65537^a mod M)`, as the chips made their primes; prime or not is all the same to the fingerprint. */
const flawedFactor = (m: bigint, bits: number): bigint =>
  ((1n << BigInt(bits - 1)) / m + BigInt(randomInt(1_000_000))) * m + powerModulo(65_537n, random(64), m)

const toBase64url = (n: bigint): string => {
  const hex = n.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

describe('findModulusWeakness', () => {
  for (const [bits, primes] of [
    [512, 39],
    [1_024, 71],
    [2_048, 126],
    [4_096, 225],
  ] as const) {
    it(`recognises ROCA moduli of ${bits} bits (CVE-2017-15361)`, () => {
      const m = primorial(primes)
      for (let round = 0; round < 20; round += 1) {
        const modulus = flawedFactor(m, bits / 2) * flawedFactor(m, bits / 2)
        expect(findModulusWeakness(modulus)).toContain('ROCA')
      }
    })
  }

  it('finds nothing in 2,000 products of ordinary factors', () => {
    const odd = (): bigint => {
      for (;;) {
        const n = random(128) | 1n
        if (checkPrimeSync(n, { checks: 1 })) return n
      }
    }
    const factors = Array.from({ length: 64 }, odd)
    for (const p of factors) for (const q of factors) expect(findModulusWeakness(p * q)).toBeUndefined()
  })

  it('finds a small factor', () =>
    expect(findModulusWeakness(random(1_024) * 163n)).toContain('small factor'))

  it('keeps such a key out of every set, and lets an ordinary one in', () => {
    const m = primorial(126)
    const n = toBase64url(flawedFactor(m, 1_024) * flawedFactor(m, 1_026))
    const rsa = publicJwk(keyPair('rsa'))
    const refused = importJwk({ ...rsa, n }, ALGORITHM_NAMES)
    expect(refused.ok ? '' : refused.error).toContain('CVE-2017-15361')
    expect(importJwk(rsa, ALGORITHM_NAMES).ok).toBe(true)
  })
})
