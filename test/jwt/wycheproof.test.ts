/** Wycheproof's vectors for JWS and JWK sets. Where Warder decides otherwise is listed with the reason. */
import { describe, expect, it } from 'bun:test'
import type { Jwk } from '../support/key-sources.ts'
import { isJwsAccepted, readVectors } from '../support/vectors.ts'

interface JwsVectors {
  readonly groups: readonly {
    readonly file: string
    readonly comment: string
    readonly key: Jwk | { readonly keys: readonly Jwk[] }
    readonly tests: readonly (readonly [id: number, result: string, comment: string, jws: string])[]
  }[]
}

const PS384_TOKEN = 'RFC 7517 §4.4: the key is for PS256 alone, and the token is PS384'
const ES521_KEY = 'RFC 7518 §3.1: the key is for `ES521`, which is not an algorithm'

/** The vectors that Warder refuses though they are valid. */
const STRICTER: Readonly<Record<string, string>> = {
  'json_web_signature 346': PS384_TOKEN,
  'json_web_signature 347': ES521_KEY,
  'json_web_signature 350': PS384_TOKEN,
  'json_web_signature 351': ES521_KEY,
  'json_web_signature 372': 'RFC 7515 §2: base64url has no question mark',
  'json_web_signature 373': 'RFC 7515 §2: base64url has no question mark',
}

/** The vectors that Warder accepts though they are invalid. */
const LAXER: Readonly<Record<string, string>> = {
  'json_web_key 4': 'RFC 7517 §4.5: two keys of one set may have the same `kid`; both are tried',
  'json_web_signature 367': 'the vector has lost its padding: it is the same text as 357, which is valid',
}

const { groups } = readVectors<JwsVectors>('wycheproof-jws')

for (const { file, comment: group, key, tests } of groups) {
  describe(`${file}: ${group}`, () => {
    const keys = 'keys' in key ? (key.keys as readonly Jwk[]) : [key]
    for (const [id, result, comment, jws] of tests) {
      const name = `${file} ${id}`
      const isAccepted = result === 'valid' ? STRICTER[name] === undefined : LAXER[name] !== undefined
      const why = STRICTER[name] ?? LAXER[name]
      it(`${id} ${comment} is ${isAccepted ? 'accepted' : 'refused'}${why === undefined ? '' : ` (${why})`}`, () =>
        expect(isJwsAccepted(jws, keys)).toBe(isAccepted))
    }
  })
}

describe('the vectors', () => {
  it('are all there', () => expect(groups.flatMap(({ tests }) => tests)).toHaveLength(427))
  it('hold every one that is listed here, with the other result', () => {
    const resultOf = new Map<string, string>()
    for (const { file, tests } of groups)
      for (const [id, result] of tests) resultOf.set(`${file} ${id}`, result)
    for (const name of Object.keys(STRICTER)) expect([name, resultOf.get(name)]).toEqual([name, 'valid'])
    for (const name of Object.keys(LAXER)) expect([name, resultOf.get(name)]).toEqual([name, 'invalid'])
  })
})
