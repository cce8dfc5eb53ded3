import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { METHODS } from 'node:http'
import { isMethod, whyMethodRefused } from '../../src/request/method.ts'

/** Every way to write a method with upper-case and lower-case letters. */
const spellings = (method: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: method.length, maxLength: method.length })
    .map((flags) =>
      [...method].map((letter, i) => (flags[i] === true ? letter.toLowerCase() : letter)).join(''),
    )

describe('whyMethodRefused', () => {
  const cases = [
    ['GET', undefined],
    ['DELETE', undefined],
    ['M-SEARCH', undefined],
    ['FOO', undefined],
    ['foo', undefined],
    ['Foo', undefined],
    ['get-', undefined],
    ['get', 'letter_case'],
    ['Get', 'letter_case'],
    ['deletE', 'letter_case'],
    ['m-search', 'letter_case'],
    ['Version-Control', 'letter_case'],
    ['bar', 'letter_case'],
    ['BAR', undefined],
    ['TRACE', 'trace'],
    ['trace', 'trace'],
    ['Trace', 'trace'],
    ['CONNECT', 'connect'],
    ['connect', 'connect'],
  ] as const
  for (const [method, fault] of cases) {
    it(`finds ${fault ?? 'nothing'} wrong with ${method}`, () =>
      expect(whyMethodRefused(method, new Set(['BAR']))).toBe(fault))
  }
  it('accepts one spelling of every method that Node.js knows, and no other (RFC 9110 §9.1)', () => {
    const known = METHODS.filter((method) => method !== 'TRACE' && method !== 'CONNECT')
    expect(known.length).toBeGreaterThan(30)
    fc.assert(
      fc.property(
        fc.constantFrom(...known).chain((known) => fc.tuple(fc.constant(known), spellings(known))),
        ([known, method]) => {
          expect(isMethod(method)).toBe(true)
          expect(whyMethodRefused(method)).toBe(method === known ? undefined : 'letter_case')
        },
      ),
      { numRuns: 2000 },
    )
  })
  it('never accepts two methods that differ in letter case alone, whatever the routes name', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Z-]{1,8}$/).chain((name) => fc.tuple(fc.constant(name), spellings(name))),
        ([name, method]) => {
          if (method !== name) expect(whyMethodRefused(method, new Set([name]))).toBeDefined()
        },
      ),
      { numRuns: 1000 },
    ))
})
