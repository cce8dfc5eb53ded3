import { describe, expect, it } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import type { JWK } from 'jose'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../../src/syntax/algorithms.ts'
import { importJwk, readKid } from '../../../src/keys/import/import-jwk.ts'
import { supportedAlgorithms } from '../../../src/keys/supported-algorithms.ts'
import { SELF_SIGNED_CERTIFICATE } from '../certificates.ts'
import { keyPair, publicJwk, signBytes, toBytes } from '../key-pairs.ts'
import type { LooseJwk } from '../key-pairs.ts'

const algorithmsOf = (
  jwk: unknown,
  algorithms: readonly Algorithm[] = ALGORITHM_NAMES,
): readonly Algorithm[] => {
  const imported = importJwk(jwk, algorithms)
  return imported.ok ? [...imported.value.verifiers.keys()] : []
}

const rsa = publicJwk(keyPair('rsa'))
const p256 = publicJwk(keyPair('P-256'))
const ed = publicJwk(keyPair('ed25519'))
const change = (jwk: LooseJwk, more: LooseJwk): LooseJwk => ({ ...jwk, ...more })
const base64url = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString('base64url')
const bytesOf = (text: unknown): Buffer => Buffer.from(String(text), 'base64url')

/** What `x5c` holds of a certificate (RFC 7517 §4.7), and the key in it. */
const DER = SELF_SIGNED_CERTIFICATE.replaceAll(/-----[^-]+-----|\s/g, '')
const certified = new X509Certificate(SELF_SIGNED_CERTIFICATE).publicKey.export({ format: 'jwk' }) as LooseJwk

/** The same number with other bits at its end, which no byte has. */
function strayBits(text: unknown): string {
  const [alphabet, last] = [
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
    String(text).at(-1),
  ]
  return `${String(text).slice(0, -1)}${alphabet[alphabet.indexOf(last ?? '') + 1]}`
}

describe('importJwk', () => {
  const kinds: readonly (readonly [string, string, readonly Algorithm[]])[] = [
    ['rsa', 'RSA-2048', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['rsa-3072', 'RSA-3072', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['P-256', 'P-256', ['ES256']],
    ['P-384', 'P-384', ['ES384']],
    ['P-521', 'P-521', ['ES512']],
    ['ed25519', 'Ed25519', ['EdDSA', 'Ed25519']],
    ['ml-dsa-44', 'ML-DSA-44', ['ML-DSA-44']],
    ['ml-dsa-65', 'ML-DSA-65', ['ML-DSA-65']],
    ['ml-dsa-87', 'ML-DSA-87', ['ML-DSA-87']],
  ]
  const supported = supportedAlgorithms()
  for (const [kind, description, algorithms] of kinds) {
    it.skipIf(!algorithms.every((name) => supported.has(name)))(
      `binds a ${description} key to ${algorithms.join(', ')}, with the RFC 7638 thumbprint of jose`,
      async () => {
        const jwk = publicJwk(keyPair(kind), { kid: 'k', use: 'sig', key_ops: ['verify'] })
        const imported = importJwk(jwk, ALGORITHM_NAMES)
        if (!imported.ok) throw new Error(imported.error)
        expect(imported.value.description).toBe(description)
        expect([...imported.value.verifiers.keys()]).toEqual([...algorithms])
        expect(imported.value.kid).toBe('k')
        expect(imported.value.thumbprint).toBe(await calculateJwkThumbprint(jwk as JWK))
        for (const [name, verify] of imported.value.verifiers) {
          const input = toBytes('a.b')
          expect(verify(input, signBytes(name, keyPair(kind).privateKey, input))).toBe(true)
        }
      },
    )
  }

  it('computes the thumbprint of the example of RFC 8037 §A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    const imported = importJwk({ kty: 'OKP', crv: 'Ed25519', x }, ALGORITHM_NAMES)
    expect(imported.ok && imported.value.thumbprint).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  it('restricts a key to its own `alg`', () => {
    expect(algorithmsOf(change(rsa, { alg: 'PS384' }))).toEqual(['PS384'])
  })

  it('takes both names of Ed25519 for one, within the algorithms of the issuer (RFC 9864 §2.2)', () => {
    for (const alg of ['EdDSA', 'Ed25519']) {
      expect(algorithmsOf(change(ed, { alg }))).toEqual(['EdDSA', 'Ed25519'])
      expect(algorithmsOf(change(ed, { alg }), ['Ed25519'])).toEqual(['Ed25519'])
    }
    expect(algorithmsOf(change(ed, { alg: 'Ed448' }))).toEqual([])
    expect(algorithmsOf(change(p256, { alg: 'EdDSA' }))).toEqual([])
  })

  it('restricts a key to the algorithms of the issuer', () => {
    expect(algorithmsOf(rsa, ['RS256', 'ES256'])).toEqual(['RS256'])
    expect(algorithmsOf(rsa, ['ES256', 'HS256'])).toEqual([])
    expect(algorithmsOf(change(rsa, { alg: 'PS384' }), ['RS256'])).toEqual([])
  })

  it('ignores what it never reads: certificates, addresses and unknown members', () => {
    const jwk = change(rsa, { x5c: ['AAAA'], x5u: 'https://evil.example/', jku: 1, ext: true, foo: {} })
    expect(algorithmsOf(jwk)).toContain('RS256')
  })

  const standard = (text: unknown): string => bytesOf(text).toString('base64')
  const spellings: readonly (readonly [string, LooseJwk, LooseJwk])[] = [
    ['padding', rsa, { n: `${String(rsa['n'])}==` }],
    ['the standard alphabet with padding', rsa, { n: standard(rsa['n']) }],
    ['the standard alphabet', rsa, { n: standard(rsa['n']).replaceAll('=', '') }],
    ['a leading zero byte in n (RFC 7518 §6.3.1.1)', rsa, { n: base64url([0, ...bytesOf(rsa['n'])]) }],
    ['leading zero bytes and padding', rsa, { n: standard(base64url([0, 0, ...bytesOf(rsa['n'])])) }],
    ['a leading zero byte in e', rsa, { e: base64url([0, 1, 0, 1]) }],
    ['a padded coordinate', p256, { x: standard(p256['x']) }],
    ['a padded Edwards key', ed, { x: standard(ed['x']) }],
    ['its certificate beside it', certified, { x5c: [DER] }],
    ['its certificate alone', certified, { x: undefined, y: undefined, x5c: [DER] }],
    [
      'its certificate alone, without a curve',
      certified,
      { crv: undefined, x: undefined, y: undefined, x5c: [DER] },
    ],
  ]
  for (const [what, jwk, more] of spellings) {
    it(`takes a key with ${what} for the key that it is, also for pins`, () => {
      const plain = importJwk(jwk, ALGORITHM_NAMES)
      const other = importJwk(change(jwk, more), ALGORITHM_NAMES)
      if (!plain.ok || !other.ok) throw new Error('refused')
      expect(other.value.thumbprint).toBe(plain.value.thumbprint)
      expect([...other.value.verifiers.keys()]).toEqual([...plain.value.verifiers.keys()])
    })
  }

  const small = (bits: number): LooseJwk => publicJwk(keyPair(`rsa-${bits}`))
  const refused: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['an array', [rsa]],
    ['a string', JSON.stringify(rsa)],
    ['no kty', change(rsa, { kty: undefined })],
    ['a kty in another case', change(rsa, { kty: 'rsa' })],
    ['kty __proto__', change(rsa, { kty: '__proto__' })],
    ['a symmetric key', { kty: 'oct', k: base64url(new Uint8Array(64)), alg: 'HS256' }],
    ['an RSA key that says HS256 (algorithm confusion)', change(rsa, { alg: 'HS256' })],
    ['a private RSA key', keyPair('rsa').privateKey.export({ format: 'jwk' })],
    ['a private EC key', keyPair('P-256').privateKey.export({ format: 'jwk' })],
    ['a private Ed25519 key', keyPair('ed25519').privateKey.export({ format: 'jwk' })],
    ['a private member of another type', change(rsa, { d: null })],
    ['the private member of ML-DSA', change(p256, { priv: 'AA' })],
    ['use enc', change(rsa, { use: 'enc' })],
    ['use that is not text', change(rsa, { use: ['sig'] })],
    ['empty use', change(rsa, { use: '' })],
    ['key_ops without verify', change(rsa, { key_ops: ['encrypt'] })],
    ['empty key_ops', change(rsa, { key_ops: [] })],
    ['key_ops that is text', change(rsa, { key_ops: 'verify' })],
    ['alg none', change(rsa, { alg: 'none' })],
    ['alg of an encryption', change(rsa, { alg: 'RSA-OAEP' })],
    ['alg that is not text', change(rsa, { alg: 256 })],
    ['null alg', change(rsa, { alg: null })],
    ['alg of another type', change(rsa, { alg: 'ES256' })],
    ['alg of another curve', change(p256, { alg: 'ES384' })],
    ['a kid that is a number', change(rsa, { kid: 1 })],
    ['an empty kid', change(rsa, { kid: '' })],
    ['a kid with a line break', change(rsa, { kid: 'a\nb' })],
    ['a kid of 257 characters', change(rsa, { kid: 'k'.repeat(257) })],
    ['RSA-1024', small(1024)],
    ['an RSA modulus of 17 bits', change(rsa, { n: 'AQAB' })],
    ['an RSA modulus of 8,193 bits', change(rsa, { n: base64url([1, ...new Uint8Array(1024).fill(255)]) })],
    ['an even RSA modulus', change(rsa, { n: base64url([...bytesOf(rsa['n']).subarray(0, -1), 0]) })],
    ['RSA with e = 1', change(rsa, { e: 'AQ' })],
    ['RSA with e = 3', change(rsa, { e: 'Aw' })],
    ['RSA with e = 0', change(rsa, { e: 'AA' })],
    ['RSA with an even e', change(rsa, { e: 'AQAC' })],
    ['RSA with e above 2^33', change(rsa, { e: 'AQAAAAAB' })],
    ['RSA without e', change(rsa, { e: undefined })],
    ['a leading zero byte in a coordinate', change(p256, { x: base64url([0, ...bytesOf(p256['x'])]) })],
    ['too much padding', change(rsa, { n: `${String(rsa['n'])}===` })],
    ['padding inside a number', change(rsa, { n: `AA==${String(rsa['n'])}` })],
    ['both alphabets in one number', change(rsa, { n: `+_+_${String(rsa['n'])}` })],
    ['stray bits', change(p256, { x: strayBits(p256['x']) })],
    ['the certificate of another key', change(p256, { x5c: [DER] })],
    ['a certificate alone that cannot be read', { kty: 'RSA', x5c: ['AAAA'] }],
    ['the certificate of another kty alone', { kty: 'RSA', x5c: [DER] }],
    ['the certificate of another curve alone', { kty: 'EC', crv: 'P-384', x5c: [DER] }],
    ['white space in a number', change(p256, { x: ` ${String(p256['x'])}` })],
    ['a number that is not text', change(rsa, { n: 5 })],
    ['an endless number', change(rsa, { n: 'A'.repeat(100_000) })],
    ['a coordinate that lacks a byte', change(p256, { x: base64url(bytesOf(p256['x']).subarray(1)) })],
    ['a point that is not on the curve', change(p256, { x: p256['y'], y: p256['x'] })],
    [
      'a point at the origin',
      change(p256, { x: base64url(new Uint8Array(32)), y: base64url(new Uint8Array(32)) }),
    ],
    ['a curve that the coordinates do not have', change(p256, { crv: 'P-384' })],
    ['an unknown curve', change(p256, { crv: 'P-192' })],
    ['curve __proto__', change(p256, { crv: '__proto__' })],
    ['X25519, which cannot sign', publicJwk(keyPair('x25519'))],
    ['a short Ed25519 key', change(ed, { x: base64url(bytesOf(ed['x']).subarray(1)) })],
    ['an AKP key without alg', { kty: 'AKP', pub: 'AAAA' }],
    ['an AKP key with an RSA alg', { kty: 'AKP', alg: 'RS256', pub: 'AAAA' }],
    ['an AKP key of the wrong size', { kty: 'AKP', alg: 'ML-DSA-44', pub: base64url(new Uint8Array(1_311)) }],
  ]
  for (const [what, jwk] of refused) {
    it(`refuses ${what}`, () => {
      const imported = importJwk(jwk, ALGORITHM_NAMES)
      expect(imported.ok).toBe(false)
    })
  }

  it('never quotes key material in a refusal', () => {
    const marker = 'Q0FOQVJZ'.repeat(40)
    for (const name of ['n', 'd', 'k', 'x', 'pub', 'kid', 'use', 'alg', 'kty']) {
      for (const jwk of [rsa, p256, ed]) {
        const imported = importJwk(change(jwk, { [name]: marker }), ALGORITHM_NAMES)
        if (!imported.ok) expect(imported.error.length).toBeLessThan(250)
        if (!imported.ok && !['use', 'alg', 'kty'].includes(name))
          expect(imported.error).not.toContain('Q0FOQVJZ')
      }
    }
  })
})

describe('readKid', () => {
  it('yields a kid that can be printed, and nothing else', () => {
    expect(readKid({ kid: '__proto__' })).toBe('__proto__')
    for (const kid of [undefined, null, 1, '', '\u{202e}x', 'a\u0000', 'k'.repeat(257)]) {
      expect(readKid({ kid })).toBeUndefined()
    }
    expect(readKid(null)).toBeUndefined()
  })
})
