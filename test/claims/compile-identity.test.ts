import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileIdentity } from '../../src/claims/compile-identity.ts'
import { encodeHeaderText, encodeListElement, toAsciiJson } from '../../src/claims/header-value.ts'
import type { IdentityHeaderSettings } from '../../src/settings/policy/definition.ts'

const settings = (overrides: Partial<IdentityHeaderSettings> = {}): IdentityHeaderSettings => ({
  name: 'X-V',
  claim: 'v',
  arrays: 'csv',
  encoding: 'percent',
  maxBytes: 100,
  ...overrides,
})

/** The header value for a claim written as JSON, or `refused`. */
function write(json: string, overrides?: Partial<IdentityHeaderSettings>): string {
  const payload = `{"v":${json}}`
  const values = compileIdentity(
    [settings(overrides)],
    ['x-v'],
  )({ claims: JSON.parse(payload) as Record<string, unknown>, payload: Buffer.from(payload) })
  return values.ok ? (values.value[0] ?? 'none') : 'refused'
}

describe('identity headers', () => {
  const cases: readonly (readonly [string, Partial<IdentityHeaderSettings>, string])[] = [
    ['"user-1"', {}, 'user-1'],
    ['"a b"', {}, 'a b'],
    ['"a  b"', {}, 'a%20%20b'],
    ['" a"', {}, '%20a'],
    ['"100%"', {}, '100%25'],
    ['"é"', {}, '%C3%A9'],
    ['"a,b"', {}, 'a,b'],
    ['"é"', { encoding: 'base64url' }, 'w6k'],
    ['"a"', { encoding: 'base64url' }, 'YQ'],
    ['""', {}, ''],
    ['null', {}, ''],
    ['5', {}, '5'],
    ['1.5', {}, '1.5'],
    ['18446744073709551615', {}, '18446744073709551615'],
    ['-9007199254740993', {}, '-9007199254740993'],
    ['false', {}, 'false'],
    ['["a","b"]', {}, 'a,b'],
    ['["a,b","c%"]', {}, 'a%2Cb,c%25'],
    ['["é","b"]', { encoding: 'base64url' }, 'w6k,Yg'],
    ['[1,9007199254740993,true]', {}, '1,9007199254740993,true'],
    ['[]', {}, ''],
    ['["a","b"]', { arrays: 'json' }, '["a","b"]'],
    ['{"a":"é"}', { arrays: 'json' }, '{"a":"\\u00e9"}'],
    ['[]', { arrays: 'json' }, '[]'],
    ['["a"]', { arrays: 'json', encoding: 'base64url' }, Buffer.from('["a"]').toString('base64url')],
    ['{"a":9007199254740993}', { arrays: 'json' }, '{"a":"9007199254740993"}'],
    ['{"a":1}', {}, 'refused'],
    ['[["a"]]', {}, 'refused'],
    ['["a",null]', {}, 'refused'],
    ['["a",""]', {}, 'refused'],
    [String.raw`"\ud800"`, {}, 'refused'],
    [String.raw`["\udfff"]`, {}, 'refused'],
    ['1e400', {}, 'refused'],
    ['1e300', {}, 'refused'],
    ['[1e400]', { arrays: 'json' }, 'refused'],
    [`"${'a'.repeat(100)}"`, {}, 'a'.repeat(100)],
    [`"${'a'.repeat(101)}"`, {}, 'refused'],
    // The limit is on what is sent, not on the claim.
    [`"${'é'.repeat(17)}"`, {}, 'refused'],
  ]
  for (const [json, overrides, expected] of cases) {
    it(`writes ${json.slice(0, 30)} with ${JSON.stringify(overrides)} as ${expected.slice(0, 40) || 'the empty value'}`, () =>
      expect(write(json, overrides)).toBe(expected))
  }

  it('gives a value to every identity header of the configuration, blank if this policy has none', () => {
    const read = compileIdentity(
      [settings({ name: 'X-B', claim: 'b' }), settings({ name: 'X-D', claim: 'd.e' })],
      ['x-a', 'x-b', 'x-c', 'x-d'],
    )
    expect(read({ claims: { a: 'A', b: 'B' }, payload: Buffer.from('') })).toEqual({
      ok: true,
      value: ['', 'B', '', ''],
    })
  })
  it('names the header, and nothing of the claim, when it refuses', () => {
    const read = compileIdentity([settings({ maxBytes: 3 })], ['x-v'])
    const refused = read({ claims: { v: 'secret' }, payload: Buffer.from('') })
    expect(refused.ok ? undefined : refused.error.header).toBe('X-V')
    expect(JSON.stringify(refused)).not.toContain('secret')
  })
})

describe('header values, for every text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  it('are visible ASCII with single inner spaces, and decode to the text', () =>
    fc.assert(
      fc.property(text, (value) => {
        const percent = encodeHeaderText(value, 'percent')
        expect(percent).toMatch(/^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/)
        expect(decodeURIComponent(percent)).toBe(value)
        const base64url = encodeHeaderText(value, 'base64url')
        expect(base64url).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(Buffer.from(base64url, 'base64url').toString()).toBe(value)
      }),
      { numRuns: 2000 },
    ))
  it('of lists can be split at commas and decoded', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        (items) => {
          const list = items.map((item) => encodeListElement(item, 'percent')).join(',')
          expect(list.split(',').map(decodeURIComponent)).toEqual(items)
        },
      ),
    ))
  it('of JSON are visible ASCII and read back', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = toAsciiJson(value)
        expect(json).toMatch(/^[\x20-\x7e]*$/)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    ))
  it('differ for different texts', () =>
    fc.assert(
      fc.property(text, text, (a, b) =>
        expect(encodeHeaderText(a, 'percent') === encodeHeaderText(b, 'percent')).toBe(a === b),
      ),
      { numRuns: 2000 },
    ))
})
