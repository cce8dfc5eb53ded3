import { describe, expect, it } from 'bun:test'
import { assertFewCandidates } from '../../../src/keys/sources/candidate-limit.ts'
import { createCombinedSource } from '../../../src/keys/sources/combined-source.ts'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { OneKeySource } from '../../../src/settings/keys/key-source.ts'
import { MAX_KEYS_TRIED, type KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld } from '../fake-world.ts'
import { keyPair, pem, publicJwk, secretOf } from '../key-pairs.ts'

const many = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `key ${i}`)
const secrets = (count: number, kid?: (i: number) => string): readonly OneKeySource[] =>
  many(count).map((_, i) => ({
    kind: 'secret',
    secret: secretOf(32),
    allowShortSecret: false,
    ...(kid === undefined ? {} : { kid: kid(i) }),
  }))
const pems = (...labels: readonly string[]): OneKeySource => ({
  kind: 'pem',
  texts: labels.map((label) => pem(keyPair('P-256', label).publicKey)),
})
const jwks = (keys: readonly (readonly [label: string, kid?: string])[]): OneKeySource => ({
  kind: 'jwks',
  text: JSON.stringify({
    keys: keys.map(([label, kid]) => publicJwk(keyPair('P-256', label), kid === undefined ? {} : { kid })),
  }),
})
const open = (settings: readonly OneKeySource[], algorithm: 'HS256' | 'ES256'): readonly KeySource[] => {
  const { deps } = createFakeWorld()
  return settings.map((one) => createKeySource(one, [algorithm], deps))
}

const MOST = MAX_KEYS_TRIED
const labels = many(MOST + 1)
const cases: readonly (readonly [
  what: string,
  refused: boolean,
  'HS256' | 'ES256',
  readonly OneKeySource[],
])[] = [
  ['as many nameless secrets as are tried', false, 'HS256', secrets(MOST)],
  ['one nameless secret more', true, 'HS256', secrets(MOST + 1)],
  ['more secrets, each with its kid', false, 'HS256', secrets(MOST + 4, (i) => `k${i}`)],
  ['more secrets with one kid', true, 'HS256', secrets(MOST + 1, () => 'k')],
  ['nameless secrets beside named ones', false, 'HS256', [...secrets(MOST), ...secrets(1, () => 'k')]],
  ['PEM keys in two sources', true, 'ES256', [pems(...labels.slice(0, 3)), pems(...labels.slice(3))]],
  ['the same PEM keys twice', false, 'ES256', [pems(...labels.slice(0, 3)), pems(...labels.slice(0, 3))]],
  ['PEM keys and a nameless set', true, 'ES256', [pems(...labels.slice(0, 3)), jwks([['a'], ['b']])]],
  [
    'a nameless set beside a PEM key',
    true,
    'ES256',
    [jwks(labels.map((label) => [label] as const)), pems('a')],
  ],
  ['a nameless set alone', false, 'ES256', [jwks(labels.map((label) => [label] as const))]],
  ['PEM keys beside a named set', false, 'ES256', [pems(...labels.slice(0, MOST)), jwks([['a', 'a']])]],
  [
    'a set of which some have no kid',
    false,
    'ES256',
    [jwks([['a', 'a'], ...labels.map((l) => [l] as const)])],
  ],
]

describe('the local keys of an issuer', () => {
  for (const [what, refused, algorithm, settings] of cases) {
    it(`are ${refused ? 'refused' : 'accepted'}: ${what}`, () => {
      const parts = open(settings, algorithm)
      if (!refused) return expect(assertFewCandidates(parts)).toBeUndefined()
      expect(() => assertFewCandidates(parts)).toThrow(expect.objectContaining({ code: 'ERR_KEYS_CROWDED' }))
    })
  }
})

describe('a token that names its key', () => {
  const named = jwks([['named', 'k']])
  const beside: readonly (readonly [what: string, OneKeySource])[] = [
    ['as many nameless keys as are tried', pems(...labels.slice(0, MOST))],
    ['a set of more nameless keys than are tried', jwks(labels.map((label) => [label] as const))],
  ]
  for (const [what, other] of beside) {
    it(`is verified with that key alone beside ${what}`, () => {
      const source = createCombinedSource(open([other, named], 'ES256'))
      const found = source.lookup('k', 'ES256', true)
      expect(found).toMatchObject({ state: 'found', keys: [{ kid: 'k' }] })
      expect(source.lookup(undefined, 'ES256', true)).toEqual({ state: 'kid_missing' })
    })
  }
})
