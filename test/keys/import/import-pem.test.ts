import { describe, expect, it } from 'bun:test'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import { importJwk } from '../../../src/keys/import/import-jwk.ts'
import { importPem } from '../../../src/keys/import/import-pem.ts'
import { CA_CERTIFICATE, LEAF_CERTIFICATE, SELF_SIGNED_CERTIFICATE } from '../certificates.ts'
import { keyPair, pem, publicJwk, signBytes, toBytes } from '../key-pairs.ts'

const rsa = keyPair('rsa')
const p256 = keyPair('P-256')
const privatePem = (type: 'pkcs8' | 'pkcs1' | 'sec1', pair = rsa): string =>
  pair.privateKey.export({ format: 'pem', type: type as 'pkcs8' })

describe('importPem', () => {
  const accepted: readonly (readonly [string, string, readonly string[]])[] = [
    ['a PUBLIC KEY block', pem(rsa.publicKey), ['RSA-2048']],
    ['an RSA PUBLIC KEY block', pem(rsa.publicKey, 'pkcs1'), ['RSA-2048']],
    ['several blocks', pem(rsa.publicKey) + pem(p256.publicKey), ['RSA-2048', 'P-256']],
    ['one key in two forms as one', pem(rsa.publicKey) + pem(rsa.publicKey, 'pkcs1'), ['RSA-2048']],
    ['a self-signed certificate', SELF_SIGNED_CERTIFICATE, ['P-256']],
    ['a certificate that an authority issued', LEAF_CERTIFICATE, ['P-256']],
    ['Windows line ends', pem(rsa.publicKey).replaceAll('\n', '\r\n'), ['RSA-2048']],
    ['commentary around the blocks (RFC 7468 §2)', `Bag Attributes\n${pem(p256.publicKey)}bye`, ['P-256']],
  ]
  for (const [what, text, descriptions] of accepted) {
    it(`reads ${what}`, () => {
      const imported = importPem(text, ALGORITHM_NAMES)
      expect(imported.ok && imported.value.map((key) => key.description)).toEqual([...descriptions])
      expect(imported.ok && imported.value.every((key) => key.kid === undefined)).toBe(true)
    })
  }

  it('gives a key the thumbprint that its JWK has, and verifies with it', () => {
    const fromPem = importPem(pem(p256.publicKey), ['ES256'])
    const fromJwk = importJwk(publicJwk(p256), ['ES256'])
    if (!fromPem.ok || !fromJwk.ok) throw new Error('not imported')
    expect(fromPem.value[0]?.thumbprint).toBe(fromJwk.value.thumbprint)
    const input = toBytes('a.b')
    const verify = fromPem.value[0]?.verifiers.get('ES256')
    expect(verify?.(input, signBytes('ES256', p256.privateKey, input))).toBe(true)
  })

  const refused: readonly (readonly [string, string, 'private_key' | 'invalid'])[] = [
    ['nothing', '', 'invalid'],
    ['garbage', 'not a key', 'invalid'],
    ['an OpenSSH key', 'ssh-rsa AAAAB3NzaC1yc2E= me@example', 'invalid'],
    ['a private key', privatePem('pkcs8'), 'private_key'],
    ['an RSA PRIVATE KEY', privatePem('pkcs1'), 'private_key'],
    ['an EC PRIVATE KEY', privatePem('sec1', p256), 'private_key'],
    ['a private key behind a public one', pem(rsa.publicKey) + privatePem('pkcs8'), 'private_key'],
    ['an encrypted private key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n', 'private_key'],
    ['a cut off block', pem(rsa.publicKey).slice(0, -12), 'invalid'],
    ['a good block and a cut off one', pem(rsa.publicKey) + pem(p256.publicKey).slice(0, -12), 'invalid'],
    ['a block with another end', pem(rsa.publicKey).replace('END PUBLIC', 'END RSA PUBLIC'), 'invalid'],
    ['a block in lower case', pem(rsa.publicKey).replaceAll('PUBLIC KEY', 'public key'), 'invalid'],
    ['a damaged body', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'invalid'],
    ['an empty body', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n', 'invalid'],
    [
      'a certificate request',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'invalid',
    ],
    ['a certificate chain, whose authority would sign tokens', LEAF_CERTIFICATE + CA_CERTIFICATE, 'invalid'],
    ['a key that is too small', pem(keyPair('rsa-1024').publicKey), 'invalid'],
    ['a key that cannot sign', pem(keyPair('x25519').publicKey), 'invalid'],
    ['too many blocks', pem(p256.publicKey).repeat(33), 'invalid'],
  ]
  for (const [what, text, kind] of refused) {
    it(`refuses ${what}`, () => {
      const imported = importPem(text, ALGORITHM_NAMES)
      expect(imported.ok ? 'accepted' : imported.error.kind).toBe(kind)
    })
  }

  it('refuses a key that fits none of the algorithms of the issuer', () => {
    expect(importPem(pem(rsa.publicKey), ['ES256']).ok).toBe(false)
  })

  it('never makes an HMAC key of a public key (algorithm confusion)', () => {
    expect(importPem(pem(rsa.publicKey), ['HS256', 'HS384', 'HS512']).ok).toBe(false)
  })
})
