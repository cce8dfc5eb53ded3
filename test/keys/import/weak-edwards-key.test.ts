import { describe, expect, it } from 'bun:test'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import { importJwk } from '../../../src/keys/import/import-jwk.ts'
import { findWeakness } from '../../../src/keys/import/weak-edwards-key.ts'
import { keyPair, publicJwk } from '../key-pairs.ts'

const P = 2n ** 255n - 19n
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const encode = (y: bigint, sign: bigint, bytes = 32): Uint8Array =>
  hex((y | (sign << BigInt(bytes * 8 - 1))).toString(16).padStart(bytes * 2, '0')).reverse()

/** The list that libsodium and others carry, plus every second spelling of it. */
const SMALL_ORDER: readonly (readonly [string, Uint8Array])[] = [
  ['order 1', encode(1n, 0n)],
  ['order 1 with a sign', encode(1n, 1n)],
  ['order 2', encode(P - 1n, 0n)],
  ['order 2 with a sign', encode(P - 1n, 1n)],
  ['order 4', encode(0n, 0n)],
  ['order 4, the other', encode(0n, 1n)],
  ['order 8, first', hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')],
  ['order 8, second', hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85')],
  ['order 8, third', hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')],
  ['order 8, fourth', hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')],
  ['order 4 as p', encode(P, 0n)],
  ['order 4 as p, the other', encode(P, 1n)],
  ['order 1 as p + 1', encode(P + 1n, 0n)],
  ['order 1 as p + 1 with a sign', encode(P + 1n, 1n)],
]

describe('findWeakness', () => {
  for (const [what, bytes] of SMALL_ORDER) {
    it(`refuses the Ed25519 point of ${what}`, () => {
      expect(findWeakness('Ed25519', bytes)).toBeString()
    })

    it(`refuses a JWK with the point of ${what}, which a runtime may import`, () => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') }
      expect(importJwk(jwk, ALGORITHM_NAMES).ok).toBe(false)
    })
  }

  it('refuses every y from p to 2^255 - 1 (RFC 8032 §5.1.3)', () => {
    for (let y = P; y < 2n ** 255n; y += 1n) {
      for (const sign of [0n, 1n]) expect(findWeakness('Ed25519', encode(y, sign))).toBeString()
    }
  })

  it('refuses small orders, second spellings and stray bits of Ed448', () => {
    const p = 2n ** 448n - 2n ** 224n - 1n
    for (const y of [0n, 1n, p - 1n, p, p + 1n, 2n ** 448n, 2n ** 455n - 1n]) {
      for (const sign of [0n, 1n]) expect(findWeakness('Ed448', encode(y, sign, 57))).toBeString()
    }
    expect(findWeakness('Ed448', encode(19n, 1n, 57))).toBeUndefined()
  })

  it('refuses a key of another length', () => {
    expect(findWeakness('Ed25519', new Uint8Array(31).fill(9))).toBeString()
    expect(findWeakness('Ed448', new Uint8Array(56).fill(9))).toBeString()
  })

  it('accepts a real key', () => {
    const { x } = publicJwk(keyPair('ed25519'))
    expect(findWeakness('Ed25519', Buffer.from(String(x), 'base64url'))).toBeUndefined()
  })
})
