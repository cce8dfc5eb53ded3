/** Wycheproof's vectors of the primitives: each key is imported as a JWK, and verifies as it does for a token. */
import { describe, expect, it } from 'bun:test'
import { ALGORITHMS, type Algorithm } from '../../src/syntax/algorithms.ts'
import type { Verify } from '../../src/keys/create-verifier.ts'
import type { Jwk } from '../support/key-sources.ts'
import { readVectors, sourceOf, SUPPORTED } from '../support/vectors.ts'

type Vector = readonly [id: number, result: string, comment: string, message: string, signature: string]

interface Group {
  readonly alg: Algorithm
  readonly key: Jwk
  readonly tests: readonly Vector[]
}

const { groups } = readVectors<{ readonly groups: readonly Group[] }>('wycheproof-primitives')
const bytes = (text: unknown): Uint8Array => Buffer.from(String(text), 'base64url')

/** Why Warder refuses a vector although it is valid; undefined: it does not. */
function whyStricter({ alg, key }: Group, [id, , , , signature]: Vector): string | undefined {
  const { kind, hashBytes } = ALGORITHMS[alg]
  if (kind === 'hmac' && bytes(key['k']).length < hashBytes)
    return 'RFC 7518 §3.2: a secret shorter than the digest'
  if (kind === 'hmac' && bytes(signature).length < hashBytes) return 'RFC 7518 §3.2: the MAC is cut short'
  if (alg === 'RS512' && id === 259) return 'a public exponent of 3'
  return undefined
}

function verifierOf({ alg, key }: Group): Verify | undefined {
  const found = sourceOf([key], [alg])?.lookup(undefined, alg, false)
  return found?.state === 'found' ? found.keys[0]?.verifiers.get(alg) : undefined
}

// Ed25519 verifies as EdDSA does; the vectors of RS256 are among those for JWS. Where this runtime has no ES256K and no
// Ed448, test/app/node-library.test.ts has Node.js verify theirs.
const ELSEWHERE: readonly Algorithm[] = ['Ed25519', 'RS256']

describe("Wycheproof's vectors", () => {
  for (const algorithm of SUPPORTED.filter((name) => !ELSEWHERE.includes(name))) {
    it(`of ${algorithm} are accepted if they are valid, and refused otherwise`, () => {
      const wrong: string[] = []
      let [accepted, refused] = [0, 0]
      for (const group of groups.filter(({ alg }) => alg === algorithm)) {
        const verify = verifierOf(group)
        for (const vector of group.tests) {
          const [id, result, comment, message, signature] = vector
          const isAccepted = verify?.(bytes(message), bytes(signature)) === true
          if (isAccepted !== (result === 'valid' && whyStricter(group, vector) === undefined))
            wrong.push(`${id}, ${comment}, is ${isAccepted ? 'accepted' : 'refused'}`)
          if (isAccepted) accepted++
          else refused++
        }
      }
      expect(wrong).toEqual([])
      expect(Math.min(accepted, refused)).toBeGreaterThan(0)
    })
  }
})
