import { describe, expect, it } from 'bun:test'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import { importJwks, readJwks } from '../../../src/keys/import/import-jwks.ts'
import { SELF_SIGNED_CERTIFICATE } from '../certificates.ts'
import { jwksBytes, keyPair, pem, publicJwk, toBytes } from '../key-pairs.ts'

const rsa = publicJwk(keyPair('rsa'), { kid: 'a' })
const p256 = publicJwk(keyPair('P-256'), { kid: 'b' })
const load = (...keys: readonly unknown[]) => importJwks(jwksBytes(...keys), { algorithms: ALGORITHM_NAMES })

describe('importJwks', () => {
  it('keeps the usable keys and reports why the others were ignored', () => {
    const loaded = load(rsa, { kty: 'oct', k: 'AAAA', kid: 'c' }, null, p256, {
      ...rsa,
      kid: 'd',
      use: 'enc',
    })
    if (!loaded.ok) throw new Error(loaded.error)
    expect(loaded.value.keys.map((key) => key.kid)).toEqual(['a', 'b'])
    expect(loaded.value.ignored.map((key) => key.kid)).toEqual(['c', undefined, 'd'])
    expect(loaded.value.ignored.every((key) => key.why.length > 0)).toBe(true)
  })

  const bundle = [
    { ...rsa, use: 'x509-svid', kid: 'x509' },
    { ...rsa, use: 'jwt-svid', kid: 'jwt' },
    { ...p256, use: 'sig', kid: 'sig' },
    { ...p256, kid: 'none' },
  ]
  for (const [use, kids] of [
    ['jwt-svid', ['jwt']],
    ['sig', ['sig', 'none']],
  ] as const) {
    it(`takes of a SPIFFE bundle only the keys of use ${use}`, () => {
      const loaded = importJwks(jwksBytes(...bundle.map(({ kid, ...key }) => ({ ...key, kid }))), {
        algorithms: ALGORITHM_NAMES,
        keyUse: use,
      })
      expect(loaded.ok && loaded.value.keys.map((key) => key.kid as string)).toEqual([...kids])
    })
  }

  it('uses no key whose private half is in the same set, under whatever name', () => {
    const exposed = keyPair('P-256').privateKey.export({ format: 'jwk' })
    for (const keys of [
      [rsa, p256, { ...exposed, kid: 'x', use: 'enc' }],
      [{ ...exposed, kid: 'x', use: 'enc' }, p256, rsa],
    ]) {
      const loaded = load(...keys)
      if (!loaded.ok) throw new Error(loaded.error)
      expect(loaded.value.keys.map((key) => key.kid)).toEqual(['a'])
      expect(loaded.value.ignored.map((key) => key.isUntrusted)).toEqual([true, true])
    }
  })

  it('uses no key whose private half is beside its certificate in the same set', () => {
    const x5c = [SELF_SIGNED_CERTIFICATE.replaceAll(/-----[^-]+-----|\s/g, '')]
    const loaded = load(rsa, { kty: 'EC', x5c, kid: 'x', d: 'AAAA' }, { kty: 'EC', x5c, kid: 'y' })
    expect(loaded.ok && loaded.value.keys.map((key) => key.kid)).toEqual(['a'])
  })

  it('keeps a key once for each issuer that is named beside it', () => {
    const loaded = load(
      { ...p256, issuer: 'https://a.example' },
      { ...p256, issuer: 'https://b.example' },
      p256,
    )
    expect(loaded.ok && loaded.value.keys.map((key) => key.issuer)).toEqual([
      'https://a.example',
      'https://b.example',
      undefined,
    ])
  })

  it('separates keys that are a mistake of their publisher from keys that are for others', () => {
    const loaded = load(rsa, { ...p256, use: 'enc' }, { kty: 'oct', k: 'AAAA' }, { ...p256, x: 'AAAA' })
    expect(loaded.ok && loaded.value.ignored.map((key) => key.isUntrusted)).toEqual([undefined, true, true])
  })

  it('merges the same key given twice', () => {
    const loaded = load(rsa, { ...rsa, x5t: 'x' })
    expect(loaded.ok && loaded.value.keys).toHaveLength(1)
  })

  it('keeps two keys of one kid when their material differs', () => {
    const loaded = load(rsa, publicJwk(keyPair('rsa', 'other'), { kid: 'a' }))
    expect(loaded.ok && loaded.value.keys).toHaveLength(2)
  })

  it('keeps at most four keys of one kid', () => {
    const crowd = ['1', '2', '3', '4', '5', '6'].map((label) =>
      publicJwk(keyPair('P-256', label), { kid: 'x' }),
    )
    const loaded = load(...crowd)
    expect(loaded.ok && loaded.value.keys).toHaveLength(4)
    expect(loaded.ok && loaded.value.ignored).toHaveLength(2)
  })

  const text = JSON.stringify({ keys: [rsa] })
  const refused: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', toBytes('')],
    ['truncated JSON', toBytes(text.slice(0, -5))],
    ['text after the JSON', toBytes(`${text}x`)],
    ['HTML', toBytes('<!doctype html><html></html>')],
    ['a byte order mark', toBytes(`\u{feff}${text}`)],
    ['invalid UTF-8', Uint8Array.from([...toBytes(text.replace('"a"', '"a')), 0xff, 0x22])],
    ['UTF-16', new Uint8Array(Buffer.from(text, 'utf16le'))],
    ['null', toBytes('null')],
    ['an array', toBytes(`[${text}]`)],
    ['a bare key', toBytes(JSON.stringify(rsa))],
    ['keys that is an object', toBytes('{"keys":{}}')],
    ['inherited keys', toBytes('{"__proto__":{"keys":[]}}')],
    ['no key', jwksBytes()],
    ['only unusable keys', jwksBytes({ kty: 'oct', k: 'AA' }, 5)],
    ['more than 256 keys', jwksBytes(...Array.from({ length: 257 }, () => rsa))],
  ]
  for (const [what, bytes] of refused) {
    it(`refuses ${what}`, () => {
      expect(importJwks(bytes, { algorithms: ALGORITHM_NAMES }).ok).toBe(false)
    })
  }

  it('accepts 256 keys', () => {
    expect(load(...Array.from({ length: 256 }, () => rsa)).ok).toBe(true)
  })
})

describe('a map from key ids to PEM, as Google publishes it', () => {
  for (const type of ['pkcs8', 'sec1'] as const) {
    it(`uses no key whose private half is in it as ${type}`, () => {
      const { publicKey, privateKey } = keyPair('P-256')
      const map = {
        private: privateKey.export({ format: 'pem', type }),
        public: pem(publicKey),
        other: pem(keyPair('rsa').publicKey),
      }
      const loaded = importJwks(toBytes(JSON.stringify(map)), { algorithms: ALGORITHM_NAMES })
      expect(loaded.ok && loaded.value.keys.map((key) => key.kid)).toEqual(['other'])
      expect(loaded.ok && loaded.value.ignored.map((key) => key.isUntrusted)).toEqual([true, true])
    })
  }

  const read = (map: Readonly<Record<string, unknown>>) =>
    importJwks(toBytes(JSON.stringify(map)), { algorithms: ALGORITHM_NAMES })
  const spki = pem(keyPair('rsa').publicKey)

  it('is a key set of those ids', () => {
    const loaded = read({ a: SELF_SIGNED_CERTIFICATE, b: spki, c: '-----BEGIN CERTIFICATE-----\nAAAA' })
    if (!loaded.ok) throw new Error(loaded.error)
    expect(loaded.value.keys.map(({ kid, description }) => [kid, description])).toEqual([
      ['a', 'P-256'],
      ['b', 'RSA-2048'],
    ])
    expect(loaded.value.ignored.map(({ kid }) => kid)).toEqual(['c'])
  })

  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['a private key alone', { a: keyPair('rsa').privateKey.export({ format: 'pem', type: 'pkcs8' }) }],
    [
      'a private key behind a public one',
      { a: `${spki}${keyPair('rsa').privateKey.export({ format: 'pem', type: 'pkcs8' })}` },
    ],
    ['anything beside the map', { a: SELF_SIGNED_CERTIFICATE, issuer: 'https://a.example' }],
    ['a kid that cannot be printed', { '\n': SELF_SIGNED_CERTIFICATE }],
    ['nothing', {}],
  ]
  for (const [what, map] of refused) it(`is refused with ${what}`, () => expect(read(map).ok).toBe(false))
})

describe('readJwks', () => {
  const other = publicJwk(keyPair('rsa', 'other'))
  const accepted = { algorithms: ['RS256'] } as const
  const cases: readonly (readonly [what: string, key: unknown, isUntrusted: boolean])[] = [
    ['an encryption key', { ...rsa, use: 'enc' }, false],
    ['a key that may only wrap', { ...rsa, key_ops: ['wrapKey'] }, false],
    ['a key of an algorithm that the issuer does not sign with', { ...rsa, alg: 'ES256' }, false],
    ['a private encryption key', { ...other, use: 'enc', d: 'AQAB' }, true],
    ['a symmetric key', { kty: 'oct', k: 'AQAB' }, true],
    ['a key with a damaged number', { ...rsa, n: `A${String(rsa['n'])}` }, true],
    ['something that is not a key', null, true],
  ]
  for (const [what, key, isUntrusted] of cases) {
    it(`${isUntrusted ? 'marks' : 'does not mark'} ${what} as untrusted`, () => {
      const read = readJwks(jwksBytes(rsa, key), accepted)
      if (!read.ok) throw new Error(read.error)
      expect(read.value.keys.map(({ kid }) => kid)).toEqual(['a'])
      expect(read.value.ignored.map((key) => key.isUntrusted === true)).toEqual([isUntrusted])
    })
  }

  it('names every key of a set without a usable one', () => {
    const read = readJwks(jwksBytes({ ...rsa, use: 'enc' }, null), accepted)
    expect(read.ok && [read.value.keys.length, read.value.ignored.length]).toEqual([0, 2])
  })

  it('names the thumbprint of a key that is not pinned', () => {
    const read = readJwks(jwksBytes(rsa), { ...accepted, pin: ['x'.repeat(43)] })
    expect(read.ok && read.value.ignored.map(({ kid }) => kid)).toEqual(['a'])
  })

  for (const [what, bytes] of [
    ['HTML', toBytes('<html>')],
    ['another document', toBytes('{"issuer":"a"}')],
    ['no keys', jwksBytes()],
    ['too many keys', jwksBytes(...Array.from({ length: 257 }, () => null))],
  ] as const) {
    it(`fails for ${what}`, () => expect(readJwks(bytes, accepted).ok).toBe(false))
  }
})
