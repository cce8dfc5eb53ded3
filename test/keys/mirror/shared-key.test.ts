import { describe, expect, it } from 'bun:test'
import { importSecret } from '../../../src/keys/import/import-secret.ts'
import { importJwk } from '../../../src/keys/import/import-jwk.ts'
import { fromSharedKey, toSharedKey } from '../../../src/keys/mirror/shared-key.ts'
import { supportedAlgorithms } from '../../../src/keys/supported-algorithms.ts'
import { ALGORITHM_NAMES, isHmac } from '../../../src/syntax/algorithms.ts'
import { keyPair, kindOf, publicJwk, signBytes } from '../key-pairs.ts'

const INPUT = new TextEncoder().encode('header.payload')
const SECRET = new Uint8Array(64).fill(7)
const supported = supportedAlgorithms()

describe('a key in another process', () => {
  for (const algorithm of ALGORITHM_NAMES.filter((name) => supported.has(name)))
    it(`verifies ${algorithm}, and has the names of the original`, () => {
      const pair = isHmac(algorithm) ? undefined : keyPair(kindOf(algorithm))
      const imported =
        pair === undefined
          ? importSecret(SECRET, { kid: 'k', allowShortSecret: false, algorithms: [algorithm] })
          : importJwk(publicJwk(pair, { kid: 'k', issuer: 'https://a.example/' }), [algorithm])
      if (!imported.ok) throw new Error(imported.error)
      const original = imported.value
      const copy = fromSharedKey(structuredClone(toSharedKey(original)))
      const { kid, thumbprint, description, issuer } = copy
      expect({ kid, thumbprint, description, issuer }).toEqual({
        kid: original.kid,
        thumbprint: original.thumbprint,
        description: original.description,
        issuer: original.issuer,
      })
      expect([...copy.verifiers.keys()]).toEqual([algorithm])
      const signature = signBytes(algorithm, pair?.privateKey ?? SECRET, INPUT)
      expect(copy.verifiers.get(algorithm)?.(INPUT, signature)).toBe(true)
      signature[5] = (signature[5] ?? 0) ^ 1
      expect(copy.verifiers.get(algorithm)?.(INPUT, signature)).toBe(false)
    })
})
