import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { WarderError } from '../../../src/errors.ts'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import { importSecretSet } from '../../../src/keys/import/import-secret-set.ts'
import { isPublicText } from '../../../src/keys/import/public-text.ts'
import { LEAF_CERTIFICATE } from '../certificates.ts'
import { createFakeWorld } from '../fake-world.ts'
import { keyPair, pem, publicJwk, toBytes } from '../key-pairs.ts'

const KINDS = ['rsa', 'P-256', 'P-384', 'P-521', 'ed25519'] as const
const der = (kind: string): Buffer => keyPair(kind).publicKey.export({ format: 'der', type: 'spki' })
const privatePem = keyPair('rsa').privateKey.export({ format: 'pem', type: 'pkcs8' })

const published: readonly (readonly [what: string, secret: string | Uint8Array])[] = [
  ...KINDS.flatMap((kind): readonly (readonly [string, string | Uint8Array])[] => [
    [`${kind} in PEM`, pem(keyPair(kind).publicKey)],
    [`${kind} in PEM without its last line feed`, pem(keyPair(kind).publicKey).trimEnd()],
    [`${kind} in DER`, new Uint8Array(der(kind))],
    [`${kind} in base64`, der(kind).toString('base64')],
    [`${kind} in base64 on lines`, der(kind).toString('base64').replaceAll(/.{40}/g, '$&\n')],
    [`${kind} in base64url`, der(kind).toString('base64url')],
    [`${kind} as JWK`, JSON.stringify(publicJwk(keyPair(kind)))],
    [`${kind} as JWK set`, JSON.stringify({ keys: [publicJwk(keyPair(kind))] }, undefined, 2)],
  ]),
  ['RSA in PKCS #1', pem(keyPair('rsa').publicKey, 'pkcs1')],
  ['a certificate', LEAF_CERTIFICATE],
  ['a certificate without its frame', LEAF_CERTIFICATE.replaceAll(/-----[A-Z ]+-----|\s/g, '')],
]

const secret: readonly (readonly [what: string, secret: string | Uint8Array])[] = [
  ['a private key in PEM', privatePem],
  ['a private key beside its certificate', `${LEAF_CERTIFICATE}${privatePem}`],
  ['a JWK of a secret', JSON.stringify({ kty: 'oct', k: 'x'.repeat(43) })],
  ['a private JWK', JSON.stringify(keyPair('P-256').privateKey.export({ format: 'jwk' }))],
  ['JSON of something else', JSON.stringify({ password: 'x'.repeat(60) })],
  ['damaged JSON', `{${'x'.repeat(60)}`],
  ['base64 of a secret', randomBytes(64).toString('base64')],
]

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? toBytes(text) : text)

describe('isPublicText', () => {
  for (const [what, text] of published)
    it(`knows ${what}`, () => expect(isPublicText(bytesOf(text))).toBe(true))
  for (const [what, text] of secret)
    it(`passes ${what}`, () => expect(isPublicText(bytesOf(text))).toBe(false))

  it('passes what is random', () =>
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 512 }), (bytes) => !isPublicText(bytes))))
})

describe('a public key as a secret', () => {
  for (const [what, text] of published) {
    it(`is refused: ${what}`, () => {
      const { deps } = createFakeWorld()
      const settings = { kind: 'secret', secret: bytesOf(text), allowShortSecret: true } as const
      expect(() => createKeySource(settings, ['HS256'], deps)).toThrow(
        expect.objectContaining({ code: 'ERR_KEYS_SECRET_PUBLIC' } satisfies Partial<WarderError>),
      )
      const k = Buffer.from(bytesOf(text)).toString('base64url')
      expect(importSecretSet(toBytes(JSON.stringify({ keys: [{ kty: 'oct', k }] })), ['HS256']).ok).toBe(
        false,
      )
    })
  }
})
