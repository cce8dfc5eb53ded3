import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { formatTraceparent, parseTraceparent } from '../../src/tracing/traceparent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

describe('a traceparent', () => {
  const good: readonly (readonly [string, number])[] = [
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    // Level 2: the random flag is kept; bits that are not known are not.
    [`00-${TRACE}-${SPAN}-03`, 3],
    [`00-${TRACE}-${SPAN}-ff`, 3],
    // Of a later version, the known parts are read.
    [`cc-${TRACE}-${SPAN}-01`, 1],
    [`cc-${TRACE}-${SPAN}-01-what-comes.later`, 1],
  ]
  for (const [value, flags] of good)
    it(`is read: ${value}`, () => {
      expect(parseTraceparent(value)).toEqual({ traceId: TRACE, parentId: SPAN, flags })
    })

  const bad: readonly (readonly [string, string | null])[] = [
    ['absent', null],
    ['empty', ''],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['of version 00 and too long', `00-${TRACE}-${SPAN}-01-more`],
    ['with a rest that is not apart', `cc-${TRACE}-${SPAN}-01.more`],
    ['with upper case in the trace', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['with upper case in the parent', `00-${TRACE}-${SPAN.toUpperCase()}-01`],
    ['with upper case in the flags', `00-${TRACE}-${SPAN}-0A`],
    ['with upper case in the version', `CC-${TRACE}-${SPAN}-01`],
    ['with a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['with a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['with a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['with a long parent', `00-${TRACE}-${SPAN}0-01`],
    ['with one digit of flags', `00-${TRACE}-${SPAN}-1`],
    ['with another separator', `00_${TRACE}_${SPAN}_01`],
    ['repeated', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['with white space', ` 00-${TRACE}-${SPAN}-01`],
    ['with a line feed', `00-${TRACE}-${SPAN}-01\n`],
    ['with hidden text', `cc-${TRACE}-${SPAN}-01-\u202e`],
    ['of 10 KB', `cc-${TRACE}-${SPAN}-01-${'a'.repeat(10_000)}`],
  ]
  for (const [name, value] of bad)
    it(`is invalid ${name}`, () => expect(parseTraceparent(value)).toBeUndefined())

  it('is read back as it was written', () => {
    const hex = (digits: number) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
        .filter((id) => /[^0]/.test(id))
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 3 }), (traceId, parentId, flags) => {
        const place = { traceId, parentId, flags }
        expect(parseTraceparent(formatTraceparent(place))).toEqual(place)
      }),
    )
  })
  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseTraceparent(text)))
  })
})
