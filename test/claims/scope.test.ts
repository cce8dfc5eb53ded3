import { describe, expect, it } from 'bun:test'
import { missingScopes, readScopes, unreadableScopes } from '../../src/claims/scope.ts'

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

describe('scopes of named claims', () => {
  const cases: readonly (readonly [Record<string, unknown>, readonly string[], readonly string[]])[] = [
    [{ permissions: ['a', 'b'] }, ['permissions'], ['a', 'b']],
    [{ permissions: 'a b' }, ['permissions'], ['a', 'b']],
    [{ scope: 'a', scp: 'b', permissions: ['c'] }, ['permissions'], ['c']],
    [{ scope: 'a', scp: 'b', permissions: ['c'] }, ['scope', 'permissions'], ['a', 'c']],
    [{ scope: 'a' }, ['permissions'], []],
    [{ 'https://acme.example/scopes': ['a'] }, ['https://acme.example/scopes'], ['a']],
    [{ a: { b: 'x' } }, ['a.b'], []],
    [{}, ['constructor', '__proto__', 'toString'], []],
  ]
  for (const [claims, names, scopes] of cases) {
    it(`are [${scopes.join('|')}] of ${names.join(', ')} in ${JSON.stringify(claims)}`, () =>
      expect([...readScopes(claims, names)]).toEqual([...scopes]))
  }
})

describe('unreadableScopes', () => {
  const cases: readonly (readonly [Record<string, unknown>, string | undefined])[] = [
    [{}, undefined],
    [{ scope: null }, undefined],
    [{ scope: '' }, undefined],
    [{ scope: [], scp: ['a'] }, undefined],
    [{ scope: 1 }, 'scope'],
    [{ scope: false }, 'scope'],
    [{ scope: 'a', scp: { a: true } }, 'scp'],
    [{ scope: ['a', 1] }, 'scope'],
    [{ scope: [['a']] }, 'scope'],
    [{ scope: [null] }, 'scope'],
    [{ permissions: 1 }, undefined],
  ]
  for (const [claims, name] of cases) {
    it(`finds ${name ?? 'nothing'} in ${JSON.stringify(claims)}`, () =>
      expect(unreadableScopes(claims)).toBe(name))
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
    it(`misses [${missing.join(' ')}] in "${scope}" if all of [${all.join(' ')}] and one of [${any.join(' ')}] are asked for`, () =>
      expect(missingScopes(readScopes({ scope }), { all, any })).toEqual([...missing]))
  }
})
