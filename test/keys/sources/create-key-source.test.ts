import { describe, expect, it } from 'bun:test'
import { WarderError } from '../../../src/errors.ts'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { Algorithm } from '../../../src/syntax/algorithms.ts'
import type { OneKeySource } from '../../../src/settings/keys/key-source.ts'
import { createFakeWorld } from '../fake-world.ts'
import { jwksBytes, keyPair, pem, publicJwk, secretOf, toBytes } from '../key-pairs.ts'
import { REMOTE } from '../refresh/remote-harness.ts'

const ALGORITHMS: readonly Algorithm[] = ['ES256', 'RS256', 'HS256']
const p256 = keyPair('P-256')
const FILES: Readonly<Record<string, Uint8Array>> = {
  'p256.pem': toBytes(pem(p256.publicKey)),
  'rsa.pem': toBytes(pem(keyPair('rsa').publicKey)),
  'private.pem': toBytes(p256.privateKey.export({ format: 'pem', type: 'pkcs8' })),
  'crowd.pem': toBytes(
    ['1', '2', '3', '4', '5'].map((label) => pem(keyPair('P-256', label).publicKey)).join(''),
  ),
  'p384.pem': toBytes(pem(keyPair('P-384').publicKey)),
  'garbage.pem': new Uint8Array(200).fill(0xff),
  'keys.json': jwksBytes(publicJwk(p256, { kid: 'a' })),
  'truncated.json': jwksBytes(publicJwk(p256)).slice(0, -3),
  'empty.json': jwksBytes(),
  'unusable.json': jwksBytes({ kty: 'oct', k: 'AA' }),
  'private.json': jwksBytes(publicJwk(p256), p256.privateKey.export({ format: 'jwk' })),
  'huge.json': new Uint8Array(1_048_577).fill(0x20),
}

function create(settings: OneKeySource, algorithms = ALGORITHMS) {
  const world = createFakeWorld()
  for (const [path, bytes] of Object.entries(FILES)) world.files.set(path, bytes)
  return { world, source: createKeySource(settings, algorithms, world.deps) }
}

const secret = (bytes: number, more: object = {}): OneKeySource => ({
  kind: 'secret',
  secret: secretOf(bytes),
  allowShortSecret: false,
  ...more,
})
const pemFiles = (...files: readonly string[]): OneKeySource => ({ kind: 'pem_file', files })
const jwksFile = (file: string): OneKeySource => ({ kind: 'jwks_file', file })
const pemTexts = (...files: readonly string[]): OneKeySource => ({
  kind: 'pem',
  texts: files.map((file) => textOf(file)),
})
const jwksText = (file: string): OneKeySource => ({ kind: 'jwks', text: textOf(file) })
const textOf = (file: string): string => new TextDecoder().decode(FILES[file])
const jwksUrl = (url: string, more: object = {}): OneKeySource => ({
  kind: 'jwks_url',
  url,
  ...REMOTE,
  ...more,
})
const discovery = (issuer: string): OneKeySource => ({ kind: 'discovery', issuer, ...REMOTE })

describe('createKeySource', () => {
  const good: readonly (readonly [OneKeySource, string | undefined, Algorithm, string])[] = [
    [secret(32), undefined, 'HS256', 'secret'],
    [secret(32), 'any', 'HS256', 'secret'],
    [secret(32, { kid: 'k' }), 'k', 'HS256', 'secret'],
    [secret(16, { allowShortSecret: true }), undefined, 'HS256', 'secret'],
    [pemFiles('p256.pem', 'rsa.pem'), 'any', 'ES256', 'pem_file p256.pem, rsa.pem'],
    [pemFiles('p256.pem', 'rsa.pem'), undefined, 'RS256', 'pem_file p256.pem, rsa.pem'],
    [jwksFile('keys.json'), 'a', 'ES256', 'jwks_file keys.json'],
    [pemTexts('p256.pem', 'rsa.pem', 'rsa.pem'), undefined, 'RS256', 'pem'],
    [jwksText('keys.json'), 'a', 'ES256', 'jwks'],
  ]
  for (const [settings, kid, algorithm, description] of good) {
    it(`finds a key for kid ${kid ?? '(none)'} and ${algorithm} in ${description}`, async () => {
      const { source } = create(settings)
      await source.started
      const found = source.lookup(kid, algorithm, true)
      expect(found.state).toBe('found')
      expect(found.state === 'found' && found.keys.every((key) => source.trusts(key))).toBe(true)
      expect(source.status()).toMatchObject({ description, state: 'fresh', lastError: undefined })
      source.close()
    })
  }

  it('answers kid_unknown for another kid than that of a secret', () => {
    expect(create(secret(32, { kid: 'k' })).source.lookup('other', 'HS256', true).state).toBe('kid_unknown')
  })

  it('counts a key that is in two PEM files once', () => {
    expect(create(pemFiles('p256.pem', 'p256.pem')).source.status().keys).toHaveLength(1)
  })

  it('never answers an HMAC algorithm from public keys, nor another from a secret', () => {
    expect(create(pemFiles('rsa.pem')).source.lookup(undefined, 'HS256', true).state).toBe('unsuitable')
    expect(create(jwksFile('keys.json')).source.lookup('a', 'HS256', true).state).toBe('unsuitable')
    expect(create(secret(64)).source.lookup(undefined, 'RS256', true).state).toBe('unsuitable')
  })

  const bad: readonly (readonly [string, OneKeySource, string])[] = [
    ['an empty secret', secret(0), 'ERR_KEYS_SECRET_UNUSABLE'],
    ['a short secret', secret(31), 'ERR_KEYS_SECRET_UNUSABLE'],
    ['a very short secret', secret(15, { allowShortSecret: true }), 'ERR_KEYS_SECRET_UNUSABLE'],
    ['a PEM file that is not there', pemFiles('p256.pem', 'none.pem'), 'ERR_KEYS_FILE_UNREADABLE'],
    ['a private key', pemFiles('private.pem'), 'ERR_KEYS_PRIVATE_KEY'],
    ['garbage', pemFiles('garbage.pem'), 'ERR_KEYS_PEM_INVALID'],
    ['a PEM key that no algorithm fits', pemFiles('p384.pem'), 'ERR_KEYS_PEM_INVALID'],
    ['more PEM keys than may be tried', pemFiles('crowd.pem'), 'ERR_KEYS_PEM_INVALID'],
    ['a JWKS file that is not there', jwksFile('none.json'), 'ERR_KEYS_FILE_UNREADABLE'],
    ['a huge JWKS file', jwksFile('huge.json'), 'ERR_KEYS_FILE_UNREADABLE'],
    ['a truncated JWKS file', jwksFile('truncated.json'), 'ERR_KEYS_JWKS_INVALID'],
    ['an empty JWKS file', jwksFile('empty.json'), 'ERR_KEYS_JWKS_INVALID'],
    ['a JWKS file without usable keys', jwksFile('unusable.json'), 'ERR_KEYS_JWKS_INVALID'],
    ['a JWKS file that is PEM', jwksFile('p256.pem'), 'ERR_KEYS_JWKS_INVALID'],
    ['a private key in the configuration', pemTexts('p256.pem', 'private.pem'), 'ERR_KEYS_PRIVATE_KEY'],
    ['no PEM in the configuration', pemTexts('keys.json'), 'ERR_KEYS_PEM_INVALID'],
    ['more PEM keys in the configuration than may be tried', pemTexts('crowd.pem'), 'ERR_KEYS_PEM_INVALID'],
    ['a private JWK beside a public one', jwksText('private.json'), 'ERR_KEYS_PRIVATE_KEY'],
    ['a symmetric JWK in the configuration', jwksText('unusable.json'), 'ERR_KEYS_PRIVATE_KEY'],
    ['a truncated JWK set in the configuration', jwksText('truncated.json'), 'ERR_KEYS_JWKS_INVALID'],
    ['an empty JWK set in the configuration', jwksText('empty.json'), 'ERR_KEYS_JWKS_INVALID'],
    ['an http URL', jwksUrl('http://idp.example/'), 'ERR_KEYS_URL_INVALID'],
    ['a relative URL', jwksUrl('/jwks'), 'ERR_KEYS_URL_INVALID'],
    ['another scheme', jwksUrl('file:///keys.json', { allowHttp: true }), 'ERR_KEYS_URL_INVALID'],
    ['an issuer over http', discovery('http://idp.example'), 'ERR_KEYS_URL_INVALID'],
    ['an issuer that is not a URL', discovery('main'), 'ERR_KEYS_URL_INVALID'],
    ['an issuer with a query', discovery('https://idp.example/?a=b'), 'ERR_KEYS_URL_INVALID'],
  ]
  for (const [what, settings, code] of bad) {
    it(`refuses ${what} at the start, with a hint`, () => {
      let thrown: unknown
      try {
        create(settings)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(WarderError)
      expect(thrown).toMatchObject({ code })
      expect((thrown as WarderError).hints.length).toBeGreaterThan(0)
    })
  }

  it('never repeats a password of a URL', () => {
    for (const settings of [
      jwksUrl('https://user:CANARY@idp.example/'),
      discovery('https://u:CANARY@idp.example'),
    ]) {
      expect(() => create(settings)).toThrow(expect.not.stringContaining('CANARY'))
    }
  })
})
