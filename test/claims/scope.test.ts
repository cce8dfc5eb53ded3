import { describe, expect, it } from 'bun:test'
import { missingScopes, readScopes } from '../../src/claims/scope.ts'

describe('readScopes', () => {
  const cases: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: ' a  b ' }, ['a', 'b']],
    [{ scope: ['a', 'b'] }, ['a', 'b']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{ scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: 'a', scp: ['b'] }, ['a', 'b']],
    [{ scope: 'a,b' }, ['a,b']],
    [{ scope: 'a\tb' }, ['a\tb']],
    [{ scope: ['a b'] }, ['a b']],
    [{ scope: '' }, []],
    [{ scope: [''] }, []],
    [{ scope: null }, []],
    [{ scope: 1 }, []],
    [{ scope: { a: true } }, []],
    [{ scope: ['a', 1, null, ['b']] }, ['a']],
    [{ scopes: 'a' }, []],
    [{}, []],
  ]
  for (const [claims, scopes] of cases) {
    it(`reads ${JSON.stringify(claims)} as [${scopes.join('|')}]`, () =>
      expect([...readScopes(claims)]).toEqual([...scopes]))
  }
})

describe('missingScopes', () => {
  const cases = [
    [[], [], '', []],
    [['a'], [], 'a b', []],
    [['a', 'b'], [], 'a', ['b']],
    [['a', 'b'], [], '', ['a', 'b']],
    [[], ['a', 'b'], 'b', []],
    [[], ['a', 'b'], 'c', ['a', 'b']],
    [['a'], ['b', 'c'], 'a c', []],
    [['a'], ['b', 'c'], 'a', ['b', 'c']],
    [['a'], ['b', 'c'], 'b', ['a']],
    [['a'], [], 'A', ['a']],
    [['a'], [], 'ab', ['a']],
    [['orders'], [], 'orders:read', ['orders']],
  ] as const
  for (const [all, any, scope, missing] of cases) {
    it(`misses [${missing.join(' ')}] in "${scope}" where all of [${all.join(' ')}] and one of [${any.join(' ')}] are asked for`, () =>
      expect(missingScopes({ scope }, { all, any })).toEqual([...missing]))
  }
})
