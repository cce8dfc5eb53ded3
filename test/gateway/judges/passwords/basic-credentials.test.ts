import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readBasicCredentials } from '../../../../src/gateway/judges/passwords/basic-credentials.ts'

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')
const basic = (text: string | Uint8Array): string => `Basic ${base64(text)}`

describe('the credentials of a request', () => {
  const READ: readonly (readonly [value: string, user: string, password: string])[] = [
    // RFC 7617 §2 and §2.1.
    ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
    ['Basic dGVzdDoxMjPCow==', 'test', '123£'],
    [`bAsIc ${base64('a:b')}`, 'a', 'b'],
    [`Basic   ${base64('a:b')}`, 'a', 'b'],
    [basic('a:b:c:'), 'a', 'b:c:'],
    [basic('a: '), 'a', ' '],
    [basic(`a:${'x'.repeat(1_022)}`), 'a', 'x'.repeat(1_022)],
  ]
  for (const [value, user, password] of READ) {
    it(`are read from ${value.slice(0, 40)}`, () => {
      expect(readBasicCredentials([value])).toEqual({ ok: true, value: { user, password } })
    })
  }

  const MISSED: readonly (readonly [what: string, values: readonly string[], miss: string])[] = [
    ['no field', [], 'absent'],
    ['an empty field', [''], 'absent'],
    ['another scheme', ['Bearer x'], 'absent'],
    ['a scheme that begins alike', [`Basics ${base64('a:b')}`], 'absent'],
    ['a scheme without a space', [`Basic${base64('a:b')}`], 'absent'],
    ['a tab behind the scheme', [`Basic\t${base64('a:b')}`], 'absent'],
    ['two fields', [basic('a:b'), basic('a:b')], 'multiple'],
    ['two fields of two schemes', [basic('a:b'), 'Bearer x'], 'multiple'],
    ['the scheme alone', ['Basic'], 'malformed'],
    ['two credentials in one field', [`${basic('a:b')}, ${basic('c:d')}`], 'malformed'],
    ['base64url', ['Basic YTo_Pz8_'], 'malformed'],
    ['no padding', ['Basic YTpi'.replace('YTpi', 'YTpiYw')], 'malformed'],
    ['too much padding', ['Basic YTpi===='], 'malformed'],
    ['padding inside', ['Basic YTo=YTpi'], 'malformed'],
    ['bits that no byte takes', ['Basic YTpiYx=='], 'malformed'],
    ['something behind it', [`${basic('a:b')} x`], 'malformed'],
    ['no colon', [basic('ab')], 'malformed'],
    ['no name', [basic(':b')], 'malformed'],
    ['no password', [basic('a:')], 'malformed'],
    ['latin1', [basic(new Uint8Array([0x61, 0x3a, 0xe9]))], 'malformed'],
    ['overlong UTF-8', [basic(new Uint8Array([0x61, 0x3a, 0xc0, 0xaf]))], 'malformed'],
    ['a NUL', [basic('a:b\u0000c')], 'malformed'],
    ['a line end', [basic('a\n:b')], 'malformed'],
    ['a C1 control', [basic('a:\u0085')], 'malformed'],
    ['1025 bytes', [basic(`a:${'x'.repeat(1_023)}`)], 'malformed'],
    ['a mebibyte', [`Basic ${'A'.repeat(1024 ** 2)}`], 'malformed'],
  ]
  for (const [what, values, miss] of MISSED) {
    it(`are ${miss} with ${what}`, () => {
      expect(readBasicCredentials(values)).toEqual({ ok: false, error: miss as never })
    })
  }

  it('are those that were sent, or none', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: 'binary' }),
        (user, password) => {
          const read = readBasicCredentials([basic(`${user}:${password}`)])
          if (read.ok) expect(`${read.value.user}:${read.value.password}`).toBe(`${user}:${password}`)
        },
      ),
    )
  })

  it('never throws over a value', () => {
    fc.assert(fc.property(fc.string(), (value) => void readBasicCredentials([`Basic ${value}`])))
  })
})
