import { describe, expect, it } from 'bun:test'
import type { ClaimRuleSettings } from '../../src/claims/claim-rule.ts'
import { compileClaimRule } from '../../src/claims/compile-claim-rule.ts'

describe('claim rules', () => {
  const cases: readonly (readonly [Omit<ClaimRuleSettings, 'path'>, string, boolean])[] = [
    [{ equal: 'acme' }, '"acme"', true],
    [{ equal: 'acme' }, '"Acme"', false],
    [{ equal: 'acme' }, '["acme"]', false],
    [{ equal: 1 }, '1', true],
    [{ equal: 1 }, '1.0', true],
    [{ equal: 1 }, '"1"', false],
    [{ equal: 1 }, 'true', false],
    [{ equal: true }, 'true', true],
    [{ equal: true }, '1', false],
    [{ equal: true }, '"true"', false],
    [{ equal: false }, 'false', true],
    [{ equal: false }, '0', false],
    [{ equal: false }, 'null', false],
    [{ equal: '' }, '""', true],
    [{ equal: '' }, 'null', false],
    [{ equal: 0 }, '0', true],
    [{ equal: 1.5 }, '1.5', true],
    // Two numbers of the token that JavaScript cannot tell apart are equal to nothing.
    [{ equal: 9_007_199_254_740_992 }, '9007199254740992', false],
    [{ equal: 9_007_199_254_740_992 }, '9007199254740993', false],
    [{ equal: 9_007_199_254_740_991 }, '9007199254740991', true],
    [{ in: ['acme', 'globex'] }, '"globex"', true],
    [{ in: ['acme', 'globex'] }, '"glob"', false],
    [{ in: ['acme', 'globex'] }, '["acme"]', false],
    [{ in: [1, '2'] }, '2', false],
    [{ contains: ['clerk'] }, '["clerk","x"]', true],
    [{ contains: ['clerk', 'x'] }, '["x","clerk"]', true],
    [{ contains: ['clerk', 'y'] }, '["clerk","x"]', false],
    [{ contains: ['clerk'] }, '"clerk"', false],
    [{ contains: ['clerk'] }, '"a clerk"', false],
    [{ contains: ['clerk'] }, '[["clerk"]]', false],
    [{ contains: ['clerk'] }, '{"clerk":true}', false],
    [{ contains: [1] }, '["1"]', false],
    [{ contains: ['a'] }, '[]', false],
    [{ exists: true }, '0', true],
    [{ exists: true }, 'false', true],
    [{ exists: true }, '""', true],
    [{ exists: true }, 'null', false],
    [{ exists: false }, 'null', true],
    [{ exists: false }, '0', false],
    [{ exists: true, equal: 'a' }, '"a"', true],
    [{ exists: true, equal: 'a' }, '"b"', false],
    [{ in: ['a', 'b'], equal: 'b' }, '"a"', false],
  ]
  for (const [rule, json, expected] of cases) {
    it(`${JSON.stringify(rule)} ${expected ? 'holds' : 'does not hold'} for ${json}`, () => {
      const { holds } = compileClaimRule({ path: 'a.b', ...rule })
      expect(holds({ a: { b: JSON.parse(json) as unknown } })).toBe(expected)
    })
  }

  it('does not hold where the claim is not there, except to say so', () => {
    for (const claims of [{}, { a: 1 }, { a: [] }, { b: 'x' }]) {
      for (const rule of [{ equal: 'x' }, { in: ['x'] }, { contains: ['x'] }, { exists: true }]) {
        expect(compileClaimRule({ path: 'a.b', ...rule }).holds(claims)).toBe(false)
      }
      expect(compileClaimRule({ path: 'a.b', exists: false }).holds(claims)).toBe(true)
    }
  })
  it('is written down as the operator wrote it', () => {
    const { text } = compileClaimRule({
      path: 'a.b',
      equal: 'x',
      in: ['x', 1],
      contains: [true],
      exists: true,
    })
    expect(text).toBe('a.b equals "x" and in ["x",1] and contains [true] and exists')
    expect(compileClaimRule({ path: 'a', exists: false }).text).toBe('a is absent')
  })
})

describe('what a rule found', () => {
  const cases = [
    [{ path: 'a', equal: true }, { a: 'true' }, 'the text "true", not the boolean true'],
    [{ path: 'a', equal: '1' }, { a: 1 }, 'the number 1, not the text "1"'],
    [{ path: 'a', in: ['x', 2] }, { a: '2' }, 'the text "2", not the number 2'],
    [{ path: 'a', contains: ['admin'] }, { a: 'admin' }, 'a text'],
    [{ path: 'a', equal: 'x' }, { a: 'secret' }, 'a text'],
    [{ path: 'a', equal: 'x' }, { a: ['x'] }, 'a list'],
    [{ path: 'a', equal: 'x' }, { a: { b: 1 } }, 'an object'],
    [{ path: 'a', equal: 'x' }, { a: null }, 'null'],
    [{ path: 'a', equal: 'x' }, {}, 'absent'],
    [{ path: 'a', exists: false }, { a: false }, 'a boolean'],
  ] as const
  for (const [rule, claims, found] of cases) {
    it(`is ${found} for ${JSON.stringify(claims)}`, () =>
      expect(compileClaimRule(rule).found(claims)).toBe(found))
  }
})
