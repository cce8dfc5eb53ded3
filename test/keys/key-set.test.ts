import { describe, expect, it } from 'bun:test'
import { ALGORITHM_NAMES } from '../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { importJwk } from '../../src/keys/import/import-jwk.ts'
import { compileKeySet } from '../../src/keys/key-set.ts'
import type { KeySet } from '../../src/keys/key-set.ts'
import { selectKey } from '../../src/keys/key-set.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'
import { keyPair, publicJwk } from './key-pairs.ts'

function key(kind: string, label: string, kid?: string, algorithms = ALGORITHM_NAMES): VerificationKey {
  const imported = importJwk(publicJwk(keyPair(kind, label), kid === undefined ? {} : { kid }), algorithms)
  if (!imported.ok) throw new Error(imported.error)
  return imported.value
}

const setOf = (keys: readonly VerificationKey[], ignored: KeySet['ignored'] = []): KeySet => ({
  keys,
  ignored,
})

describe('selectKey', () => {
  const a = key('P-256', 'a', 'a')
  const b = key('P-256', 'b', 'b')
  const twin = key('rsa', 'twin', 'b')
  const proto = key('P-256', 'p', '__proto__')
  const named = setOf([a, b, twin], [{ kid: 'refused', why: 'use' }])
  const crowd = ['1', '2', '3', '4', '5'].map((label) => key('P-256', label, `kid-${label}`))
  const nameless = setOf([key('P-256', 'a'), key('rsa', 'twin')])
  const mixed = setOf([a, key('P-256', 'b')])

  const table: readonly (readonly [string, KeySet, string | undefined, Algorithm, string, number])[] = [
    ['a kid that is there', named, 'a', 'ES256', 'found', 1],
    ['a kid of two keys, by the algorithm', named, 'b', 'RS256', 'found', 1],
    ['a kid that is not there', named, 'c', 'ES256', 'kid_unknown', 0],
    ['a kid in another case', named, 'A', 'ES256', 'kid_unknown', 0],
    ['a kid whose key has another algorithm', named, 'a', 'RS256', 'unsuitable', 0],
    ['the kid of a refused key', named, 'refused', 'ES256', 'unsuitable', 0],
    ['no kid, and two keys that fit', named, undefined, 'ES256', 'found', 2],
    ['no kid, and no key that fits', named, undefined, 'EdDSA', 'unsuitable', 0],
    ['no kid, and four keys that fit', setOf(crowd.slice(1)), undefined, 'ES256', 'found', 4],
    ['no kid, and five keys that fit', setOf(crowd), undefined, 'ES256', 'kid_missing', 0],
    ['a kid among five keys', setOf(crowd), 'kid-3', 'ES256', 'found', 1],
    ['any kid against keys without kid', nameless, 'whatever', 'ES256', 'found', 1],
    ['any kid against keys without kid that do not fit', nameless, 'whatever', 'ES384', 'unsuitable', 0],
    ['an unknown kid against a set that has some kids', mixed, 'c', 'ES256', 'kid_unknown', 0],
    ['kid __proto__', named, '__proto__', 'ES256', 'kid_unknown', 0],
    ['kid constructor', named, 'constructor', 'ES256', 'kid_unknown', 0],
    ['kid __proto__ where a key is called that', setOf([proto]), '__proto__', 'ES256', 'found', 1],
    ['an empty kid', named, '', 'ES256', 'kid_unknown', 0],
  ]
  for (const [what, set, kid, algorithm, state, count] of table) {
    it(`answers ${state} for ${what}`, () => {
      const selected = selectKey(compileKeySet(set), kid, algorithm)
      expect(selected.state).toBe(state as typeof selected.state)
      expect(selected.state === 'found' ? selected.keys.length : 0).toBe(count)
    })
  }
})

describe('compileKeySet', () => {
  it('reuses the objects of unchanged keys, and of no others', () => {
    const first = compileKeySet(
      setOf([key('P-256', 'a', 'a'), key('P-256', 'b', 'b'), key('P-256', 'c', 'c')]),
    )
    const next = setOf([
      key('P-256', 'a', 'a'),
      key('P-256', 'other', 'b'),
      key('P-256', 'c', 'renamed'),
      key('rsa', '', 'new'),
    ])
    const second = compileKeySet(next, first)
    expect(second.keys.map((held) => first.trusted.has(held))).toEqual([true, false, false, false])
    expect(second.trusted.size).toBe(4)
  })

  it('takes a key whose algorithms changed as a new one', () => {
    const first = compileKeySet(setOf([key('rsa', '', 'a', ['RS256', 'PS256'])]))
    const second = compileKeySet(setOf([key('rsa', '', 'a', ['PS256'])]), first)
    expect(second.trusted.has(first.keys[0] as VerificationKey)).toBe(false)
  })

  // What one verified must not stay verified when a token like it would be denied.
  const anonymous = key('P-256', 'a')
  const named = (count: number) =>
    Array.from({ length: count }, (_, i) => key('P-256', `n${i}`, `kid-${i}`, ['ES256']))
  const twins = (count: number) =>
    Array.from({ length: count }, (_, i) => key('P-256', `n${i}`, 'twin', ['ES256']))
  const changes: readonly (readonly [string, KeySet, KeySet, boolean])[] = [
    ['answers for every kid, and then for none', setOf([anonymous]), setOf([anonymous, ...named(1)]), false],
    ['answers for none, and then for every kid', setOf([anonymous, ...named(1)]), setOf([anonymous]), false],
    [
      'is alone with a refused key that has a kid',
      setOf([anonymous]),
      setOf([anonymous], [{ kid: 'x', why: 'use' }]),
      false,
    ],
    ['becomes one of too many without a kid', setOf(named(4)), setOf(named(5)), false],
    ['is one of few enough again', setOf(named(5)), setOf(named(4)), false],
    ['becomes one of too many with its kid', setOf(twins(4)), setOf(twins(5)), false],
    ['has one neighbour more', setOf(named(3)), setOf(named(4)), true],
    ['has one neighbour more of too many', setOf(named(5)), setOf(named(6)), true],
    [
      'is alone with another one without a kid',
      setOf([anonymous]),
      setOf([anonymous, key('P-256', 'b')]),
      true,
    ],
  ]
  for (const [what, before, after, isSame] of changes)
    it(`${isSame ? 'keeps' : 'does not keep'} a key that ${what}`, () => {
      const first = compileKeySet(before)
      const second = compileKeySet({ ...after, keys: after.keys.map((one) => ({ ...one })) }, first)
      expect(second.trusted.has(first.keys[0] as VerificationKey)).toBe(isSame)
    })
})
