import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readTracestate } from '../../src/tracing/tracestate.ts'

const member = (key: string, length: number): string => `${key}=${'v'.repeat(length - key.length - 1)}`

describe('a tracestate', () => {
  const kept: readonly (readonly [string, string])[] = [
    ['a=1', 'a=1'],
    ['a=1,b=2', 'a=1,b=2'],
    // Of two fields; white space and empty members are allowed.
    ['a=1 , \tb=2,,c=3, ', 'a=1,b=2,c=3'],
    ['tenant@vendor=x:y;z', 'tenant@vendor=x:y;z'],
    ['1a-_*/=  1', '1a-_*/=  1'],
    [`${member('a', 256)},${member('b', 255)}`, `${member('a', 256)},${member('b', 255)}`],
  ]
  for (const [value, written] of kept)
    it(`is kept: ${value.slice(0, 40)}`, () => expect(readTracestate(value)).toBe(written))

  const dropped: readonly (readonly [string, string | null])[] = [
    ['absent', null],
    ['empty', ''],
    ['without a value', 'a'],
    ['with an empty value', 'a='],
    ['with a key in upper case', 'A=1'],
    ['with a key of 257 characters', `${'a'.repeat(257)}=1`],
    ['with a tenant of 242 characters', `${'a'.repeat(242)}@b=1`],
    ['with two @', 'a@b@c=1'],
    ['with an equals sign in a value', 'a=1=2'],
    ['with a control character', 'a=1\u0007'],
    ['with hidden text', 'a=\u202e1'],
    ['with one key twice', 'a=1,a=2'],
    ['with 33 members', Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')],
    ['of 10 KB', `a=1,${'b'.repeat(10_000)}=1`],
  ]
  for (const [name, value] of dropped) it(`is dropped ${name}`, () => expect(readTracestate(value)).toBe(''))

  it('loses whole members beyond 512 characters: long ones first, then the last ones', () => {
    const [first, long, second, third] = [
      member('a', 121),
      member('b', 129),
      member('c', 128),
      member('d', 128),
    ]
    expect(readTracestate([first, long, second, third, 'e=1'].join(','))).toBe(
      [first, second, third, 'e=1'].join(','),
    )
    const short = Array.from({ length: 6 }, (_, i) => member(`k${i}`, 100))
    expect(readTracestate(short.join(','))).toBe(short.slice(0, 5).join(','))
  })
  it('is never longer than 512 characters, and read back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}=[!-+]{1,60}$/)), (members) => {
        const written = readTracestate(members.join(','))
        expect(written.length).toBeLessThanOrEqual(512)
        expect(readTracestate(written)).toBe(written)
      }),
    )
  })
})
