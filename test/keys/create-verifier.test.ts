import { describe, expect, it, spyOn } from 'bun:test'
import * as crypto from 'node:crypto'
import { constants, createSecretKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { CompactSign } from 'jose'
import { ALGORITHM_NAMES, ALGORITHMS } from '../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { createVerifier } from '../../src/keys/create-verifier.ts'
import { algorithmFits } from '../../src/keys/create-verifier.ts'
import { supportedAlgorithms } from '../../src/keys/supported-algorithms.ts'
import { keyPair, kindOf, secretOf, signBytes, toBytes } from './key-pairs.ts'

const SUPPORTED = ALGORITHM_NAMES.filter((name) => supportedAlgorithms().has(name))
/** jose 6 dropped the first and never had the second. */
const NOT_IN_JOSE: ReadonlySet<Algorithm> = new Set(['ES256K', 'Ed448'])
const INPUT = toBytes('eyJhbGciOiJ4In0.eyJzdWIiOiJ5In0')

interface Keys {
  readonly verifyKey: KeyObject
  readonly signKey: KeyObject
}

function keysFor(algorithm: Algorithm, label = ''): Keys {
  if (ALGORITHMS[algorithm].kind !== 'hmac') {
    const { publicKey, privateKey } = keyPair(kindOf(algorithm), label)
    return { verifyKey: publicKey, signKey: privateKey }
  }
  const secret = createSecretKey(secretOf(64))
  return { verifyKey: secret, signKey: secret }
}

describe('supportedAlgorithms', () => {
  it('names what every runtime has', () => {
    const always: Algorithm[] = [
      'HS256',
      'HS512',
      'RS256',
      'PS512',
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
      'Ed25519',
    ]
    expect(always.filter((name) => !supportedAlgorithms().has(name))).toEqual([])
  })

  it('names only what can sign and verify here', () => {
    for (const algorithm of SUPPORTED) {
      const { verifyKey, signKey } = keysFor(algorithm)
      expect(createVerifier(verifyKey, algorithm)(INPUT, signBytes(algorithm, signKey, INPUT))).toBe(true)
    }
  })
})

describe('createVerifier', () => {
  for (const algorithm of SUPPORTED) {
    const { verifyKey, signKey } = keysFor(algorithm)
    const verify = createVerifier(verifyKey, algorithm)
    const signature = signBytes(algorithm, signKey, INPUT)

    it.skipIf(NOT_IN_JOSE.has(algorithm))(`accepts a signature made by jose for ${algorithm}`, async () => {
      const jws = await new CompactSign(toBytes('{"sub":"y"}'))
        .setProtectedHeader({ alg: algorithm })
        .sign(signKey)
      const end = jws.lastIndexOf('.')
      expect(verify(toBytes(jws.slice(0, end)), Buffer.from(jws.slice(end + 1), 'base64url'))).toBe(true)
    })

    const flipped = Uint8Array.from(signature, (byte, index) => (index === 5 ? byte ^ 1 : byte))
    const refused: readonly (readonly [string, Uint8Array])[] = [
      ['an empty signature', new Uint8Array(0)],
      ['a signature of zeros', new Uint8Array(signature.length)],
      ['a signature of ones', new Uint8Array(signature.length).fill(255)],
      ['a signature with one flipped bit', flipped],
      ['a signature that lacks its last byte', signature.slice(0, -1)],
      ['a signature with a byte appended', Uint8Array.from([...signature, 0])],
      ['a signature with a byte in front', Uint8Array.from([0, ...signature])],
      ['a signature of 7 KB', new Uint8Array(7_000).fill(1)],
      ["another key's signature", signBytes(algorithm, keysFor(algorithm, 'other').signKey, INPUT)],
    ]
    for (const [what, bad] of refused) {
      it(`refuses ${what} for ${algorithm}`, () => {
        expect(verify(INPUT, bad)).toBe(false)
      })
    }

    it(`refuses other input for ${algorithm}`, () => {
      expect(verify(INPUT.slice(1), signature)).toBe(false)
    })

    it(`does not ask the runtime about a signature of another length for ${algorithm}`, () => {
      const asked = [spyOn(crypto, 'verify'), spyOn(crypto, 'createHmac')] as const
      try {
        for (const bytes of [0, 1, signature.length - 1, signature.length + 1, 2 * signature.length, 7_000])
          expect(verify(INPUT, new Uint8Array(bytes).fill(1))).toBe(false)
        expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 0])
        // The spies are in the way of this verifier.
        expect(verify(INPUT, signature)).toBe(true)
        expect(asked[0].mock.calls.length + asked[1].mock.calls.length).toBe(1)
      } finally {
        for (const spy of asked) spy.mockRestore()
      }
    })
  }

  const curves: readonly Algorithm[] = ['ES256', 'ES384', 'ES512']
  for (const algorithm of curves) {
    it(`refuses a DER signature for ${algorithm} (RFC 7518 §3.4)`, () => {
      const { verifyKey, signKey } = keysFor(algorithm)
      const der = sign(ALGORITHMS[algorithm].hash, INPUT, signKey)
      expect(createVerifier(verifyKey, algorithm)(INPUT, der)).toBe(false)
    })

    it(`refuses the psychic signatures r and s of 0 and n for ${algorithm} (CVE-2022-21449)`, () => {
      const verify = createVerifier(keysFor(algorithm).verifyKey, algorithm)
      const half = (ALGORITHMS[algorithm].signatureBytes ?? 0) / 2
      const one = [...new Uint8Array(half - 1), 1]
      const zero = [...new Uint8Array(half)]
      for (const parts of [
        [...zero, ...one],
        [...one, ...zero],
        [...one, ...one],
      ]) {
        expect(verify(INPUT, Uint8Array.from(parts))).toBe(false)
      }
    })
  }

  const pss: readonly Algorithm[] = ['PS256', 'PS384', 'PS512']
  for (const algorithm of pss) {
    for (const saltLength of [
      0,
      20,
      ALGORITHMS[algorithm].hashBytes - 1,
      constants.RSA_PSS_SALTLEN_MAX_SIGN,
    ]) {
      it(`refuses ${algorithm} with a salt of ${saltLength} (RFC 7518 §3.5)`, () => {
        const { verifyKey, signKey } = keysFor(algorithm)
        const padding = constants.RSA_PKCS1_PSS_PADDING
        const signature = sign(ALGORITHMS[algorithm].hash, INPUT, { key: signKey, padding, saltLength })
        expect(createVerifier(verifyKey, algorithm)(INPUT, signature)).toBe(false)
      })
    }
  }

  it('keeps RS and PS, and the digests, apart on one key', () => {
    const rsa = SUPPORTED.filter((name) => kindOf(name) === 'rsa')
    const { publicKey, privateKey } = keyPair('rsa')
    for (const signed of rsa) {
      const signature = signBytes(signed, privateKey, INPUT)
      const accepting = rsa.filter((name) => createVerifier(publicKey, name)(INPUT, signature))
      expect(accepting).toEqual([signed])
    }
  })

  it('throws for every algorithm that does not fit the key', () => {
    const kinds = ['rsa', 'P-256', 'P-384', 'P-521', 'ed25519']
    for (const kind of kinds) {
      const { publicKey, privateKey } = keyPair(kind)
      for (const algorithm of ALGORITHM_NAMES) {
        expect(algorithmFits(privateKey, algorithm)).toBe(false)
        if (algorithmFits(publicKey, algorithm)) continue
        expect(() => createVerifier(publicKey, algorithm)).toThrow(TypeError)
      }
    }
  })

  it('never lets a public key be an HMAC secret, nor a secret a public key', () => {
    expect(algorithmFits(keyPair('rsa').publicKey, 'HS256')).toBe(false)
    const secret = createSecretKey(secretOf(64))
    const fitting = ALGORITHM_NAMES.filter((name) => algorithmFits(secret, name))
    expect(fitting).toEqual(['HS256', 'HS384', 'HS512'])
  })
})
