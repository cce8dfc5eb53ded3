import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { ClaimRuleSettings } from '../../src/settings/claim-rule/definition.ts'
import { CLAIM_OPERATORS } from '../../src/claims/claim-operators.ts'
import { compileClaimRule } from '../../src/claims/compile-claim-rule.ts'

describe('claim rules', () => {
  const cases: readonly (readonly [Omit<ClaimRuleSettings, 'path'>, string, boolean])[] = [
    [{ equals: 'acme' }, '"acme"', true],
    [{ equals: 'acme' }, '"Acme"', false],
    [{ equals: 'acme' }, '["acme"]', false],
    [{ equals: 1 }, '1', true],
    [{ equals: 1 }, '1.0', true],
    [{ equals: 1 }, '"1"', false],
    [{ equals: 1 }, 'true', false],
    [{ equals: true }, 'true', true],
    [{ equals: true }, '1', false],
    [{ equals: true }, '"true"', false],
    [{ equals: false }, 'false', true],
    [{ equals: false }, '0', false],
    [{ equals: false }, 'null', false],
    [{ equals: '' }, '""', true],
    [{ equals: '' }, 'null', false],
    [{ equals: 0 }, '0', true],
    [{ equals: 1.5 }, '1.5', true],
    // Two numbers of the token that JavaScript cannot tell apart are equal to nothing.
    [{ equals: 9_007_199_254_740_992 }, '9007199254740992', false],
    [{ equals: 9_007_199_254_740_992 }, '9007199254740993', false],
    [{ equals: 9_007_199_254_740_991 }, '9007199254740991', true],
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
    [{ exists: true, equals: 'a' }, '"a"', true],
    [{ exists: true, equals: 'a' }, '"b"', false],
    [{ in: ['a', 'b'], equals: 'b' }, '"a"', false],
    [{ notEquals: 'a' }, '"b"', true],
    [{ notEquals: 'a' }, '"A"', true],
    [{ notEquals: 'a' }, '""', true],
    [{ notEquals: 'a' }, '"a"', false],
    [{ notEquals: 'a' }, '["a"]', false],
    [{ notEquals: 'a' }, '["b"]', false],
    [{ notEquals: 'a' }, '{}', false],
    [{ notEquals: 'a' }, 'null', false],
    [{ notEquals: '1' }, '1', false],
    [{ notEquals: 1 }, '2', true],
    [{ notEquals: 1 }, '9007199254740993', false],
    [{ notEquals: 1 }, '1e999', false],
    [{ notIn: ['a', 1] }, '"b"', true],
    [{ notIn: ['a', 1] }, '2', true],
    [{ notIn: ['a', 1] }, '1', false],
    [{ notIn: ['a', 1] }, '"a"', false],
    [{ notIn: ['a', 1] }, 'true', false],
    [{ notIn: ['a', 1] }, '["b"]', false],
    [{ startsWith: 'Eng-' }, '"Eng-1"', true],
    [{ startsWith: 'Eng-' }, '"Eng-"', true],
    [{ startsWith: 'Eng-' }, '"eng-1"', false],
    [{ startsWith: 'Eng-' }, '"x Eng-1"', false],
    [{ startsWith: 'Eng-' }, '["Eng-1"]', false],
    [{ startsWith: '' }, '"x"', false],
    [{ endsWith: '@acme.example' }, '"a@acme.example"', true],
    [{ endsWith: '@acme.example' }, '"a@ACME.example"', false],
    [{ endsWith: '@acme.example' }, '"a@acme.example.org"', false],
    [{ endsWith: '@acme.example' }, '["a@acme.example"]', false],
    [{ endsWith: '' }, '"x"', false],
    [{ matches: 'Eng.*' }, '"Engineering"', true],
    [{ matches: 'Eng' }, '"Engineering"', false],
    [{ matches: '^Eng' }, '"Engineering"', false],
    [{ matches: 'admin|user' }, '"administrator"', false],
    [{ matches: 'admin|user' }, '"superuser"', false],
    [{ matches: 'admin|user' }, '"user"', true],
    [{ matches: '(?i)user' }, '"USER"', true],
    [{ matches: 'a.c' }, '"a\\nc"', false],
    [{ matches: 'user$' }, '"user\\n"', false],
    [{ matches: '.*' }, '["a"]', false],
    [{ matches: '.*' }, '1', false],
    [{ matches: 'a*' }, `"${'a'.repeat(1024)}"`, true],
    [{ matches: 'a*' }, `"${'a'.repeat(1025)}"`, false],
    [{ containsAny: ['a', 'b'] }, '["x","b"]', true],
    [{ containsAny: ['a', 'b'] }, '["x"]', false],
    [{ containsAny: ['a', 'b'] }, '[]', false],
    [{ containsAny: ['a', 'b'] }, '"a"', false],
    [{ containsAny: ['a', 'b'] }, '"a b"', false],
    [{ containsAny: ['1'] }, '[1]', false],
    [{ hasWord: ['admin'] }, '"editor admin"', true],
    [{ hasWord: ['admin'] }, '"admin"', true],
    [{ hasWord: ['admin'] }, '"  admin  x"', true],
    [{ hasWord: ['admin', 'x'] }, '"admin y x"', true],
    [{ hasWord: ['admin', 'x'] }, '"admin y"', false],
    [{ hasWord: ['admin'] }, '"administrator"', false],
    [{ hasWord: ['admin'] }, '"Admin"', false],
    [{ hasWord: ['admin'] }, '"editor,admin"', false],
    [{ hasWord: ['admin'] }, '"editor\\tadmin"', false],
    [{ hasWord: ['admin'] }, '["admin"]', false],
    [{ hasWord: ['admin'] }, '""', false],
    [{ hasWord: [''] }, '"a  b"', false],
  ]
  for (const [rule, json, expected] of cases) {
    it(`${JSON.stringify(rule)} ${expected ? 'holds' : 'does not hold'} for ${json}`, () => {
      const { holds } = compileClaimRule({ path: 'a.b', ...rule })
      expect(holds({ a: { b: JSON.parse(json) as unknown } })).toBe(expected)
    })
  }

  it('does not hold if the claim is not there, except to say so', () => {
    for (const claims of [{}, { a: 1 }, { a: [] }, { b: 'x' }]) {
      for (const rule of [{ equals: 'x' }, { in: ['x'] }, { contains: ['x'] }, { exists: true }]) {
        expect(compileClaimRule({ path: 'a.b', ...rule }).holds(claims)).toBe(false)
      }
      expect(compileClaimRule({ path: 'a.b', exists: false }).holds(claims)).toBe(true)
    }
  })
  it('is written down as the operator wrote it', () => {
    const { claim, expected } = compileClaimRule({
      path: 'a.b',
      equals: 'x',
      in: ['x', 1],
      contains: [true],
      exists: true,
    })
    expect([claim, expected]).toEqual(['a.b', 'equals "x" and in ["x",1] and contains [true] and exists'])
    expect(compileClaimRule({ path: 'a', exists: false }).expected).toBe('is absent')
  })
  it('uses the words of the configuration', () => {
    const { expected } = compileClaimRule({
      path: 'a',
      notEquals: 'x',
      notIn: ['y'],
      startsWith: 'z',
      matches: 'z.*',
      containsAny: [1],
      hasWord: ['w'],
    })
    expect(expected).toBe(
      'not_equals "x" and not_in ["y"] and starts_with "z" and matches "z.*" as a whole and contains_any [1] and has_word ["w"]',
    )
  })
  it('has an example of every operator but `exists` in the properties below', () => {
    const examples = new Set(RULES.flatMap((rule) => Object.keys(rule)))
    expect(Object.keys(CLAIM_OPERATORS).filter((name) => !examples.has(name))).toEqual(['exists'])
  })

  it('never holds for an absent claim whatever is asked, unless that it is absent', () =>
    fc.assert(
      fc.property(fc.constantFrom(...RULES), fc.constantFrom({}, { a: null }), (rule, claims) => {
        expect(compileClaimRule({ path: 'a', ...rule }).holds(claims)).toBe(false)
        expect(compileClaimRule({ path: 'a', ...rule, exists: false }).holds(claims)).toBe(false)
      }),
    ))
  it('negates only if the claim has the type that is named', () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.oneof(fc.string(), fc.integer(), fc.boolean()), (value, wanted) => {
        const negated = compileClaimRule({ path: 'a', notEquals: wanted }).holds({ a: value })
        const listed = compileClaimRule({ path: 'a', notIn: [wanted] }).holds({ a: value })
        const isExact = typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)
        expect(negated).toBe(isExact && typeof value === typeof wanted && value !== wanted)
        expect(listed).toBe(negated)
      }),
    ))
})

/** One rule for each operator but `exists`. */
const RULES = [
  { equals: 'x' },
  { notEquals: 'x' },
  { in: ['x'] },
  { notIn: ['x'] },
  { startsWith: 'x' },
  { endsWith: 'x' },
  { matches: '.*' },
  { contains: ['x'] },
  { containsAny: ['x'] },
  { hasWord: ['x'] },
] as const satisfies readonly Omit<ClaimRuleSettings, 'path'>[]

describe('what a rule found', () => {
  const cases = [
    [{ path: 'a', equals: true }, { a: 'true' }, 'the text "true", not the boolean true'],
    [{ path: 'a', equals: '1' }, { a: 1 }, 'the number 1, not the text "1"'],
    [{ path: 'a', in: ['x', 2] }, { a: '2' }, 'the text "2", not the number 2'],
    [{ path: 'a', contains: ['admin'] }, { a: 'admin' }, 'the text "admin"'],
    [{ path: 'a', contains: ['admin'] }, { a: 'editor admin' }, 'a text of 2 words, one of which is "admin"'],
    [{ path: 'a', contains: ['admin'] }, { a: 'x, admin' }, 'a text of 2 words, one of which is "admin"'],
    [{ path: 'a', equals: 'Acme' }, { a: 'aCME' }, 'the text "Acme" in another letter case'],
    [{ path: 'a', equals: 'acme' }, { a: ' acme' }, 'the text "acme" with spaces around it'],
    [{ path: 'a', notEquals: 'x' }, { a: 'x' }, 'the text "x"'],
    [{ path: 'a', notEquals: 'x' }, { a: ['x'] }, 'a list with the text "x"'],
    [{ path: 'a', equals: 'x' }, { a: 'secret' }, 'a text of 6 characters'],
    [{ path: 'a', equals: 'x' }, { a: '' }, 'an empty text'],
    [{ path: 'a', equals: 'x' }, { a: 'y' }, 'a text of 1 character'],
    [{ path: 'a', equals: 'x' }, { a: ['x'] }, 'a list with the text "x"'],
    [{ path: 'a', equals: 'x' }, { a: ['y', 'z'] }, 'a list of 2'],
    [{ path: 'a', contains: ['x'] }, { a: [] }, 'an empty list'],
    [{ path: 'a', contains: ['1'] }, { a: ['y', 1] }, 'a list of 2, one of which is a number'],
    [{ path: 'a', contains: ['1'] }, { a: [['1']] }, 'a list of 1, one of which is a list'],
    [{ path: 'a', equals: 'x' }, { a: { b: 1 } }, 'an object'],
    [{ path: 'a', equals: 'x' }, { a: null }, 'null'],
    [{ path: 'a', equals: 'x' }, {}, 'absent'],
    [{ path: 'a', equals: 1 }, { a: 2 ** 53 }, 'a number beyond 2^53, which is not exact'],
    [{ path: 'a', exists: false }, { a: false }, 'a boolean'],
  ] as const
  for (const [rule, claims, found] of cases) {
    it(`is ${found} for ${JSON.stringify(claims)}`, () =>
      expect(compileClaimRule(rule).found(claims)).toBe(found))
  }
  it('holds nothing of a value that the rule does not name', () =>
    fc.assert(
      fc.property(fc.constantFrom(...RULES), fc.stringMatching(/^[A-Z]{6,12}$/), (rule, secret) => {
        for (const a of [secret, [secret], { [secret]: secret }, `x ${secret}`, [['x', secret]]])
          expect(compileClaimRule({ path: 'a', ...rule }).found({ a })).not.toContain(secret)
      }),
    ))
})
