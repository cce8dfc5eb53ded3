import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { countInvalidUtf8, decodeInvalid, unescapeBytes } from '../../src/request/escaped-bytes.ts'

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
/** Bytes that begin and continue characters, where the rules are. */
const bytesOf = fc.array(
  fc.constantFrom(
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xed,
    0xef,
    0xf0,
    0xf1,
    0xf4,
    0xf5,
    0xff,
  ),
  { maxLength: 8 },
)

describe('escaped bytes', () => {
  it('are what the escapes stand for, in any letter case', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, isUpper) => {
        const escaped = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
        const path = escaped.map((digits) => `%${isUpper ? digits.toUpperCase() : digits}`).join('')
        expect([...unescapeBytes(path)]).toEqual([...bytes])
        expect([...unescapeBytes(`/a${path}z`)]).toEqual([0x2f, 0x61, ...bytes, 0x7a])
      }),
    ))
  it('are UTF-8 when the decoder of the runtime takes them', () =>
    fc.assert(
      fc.property(bytesOf, (list) => {
        const bytes = Uint8Array.from(list)
        expect(countInvalidUtf8(bytes) === 0).toBe(isUtf8(bytes))
      }),
      { numRuns: 20_000 },
    ))
  it('keep their characters of UTF-8 around the bytes that are none', () =>
    fc.assert(
      fc.property(bytesOf, (list) => {
        const bytes = Uint8Array.from(list)
        const { mixed, dropped } = decodeInvalid(bytes)
        expect([...mixed].length - [...dropped].length).toBe(countInvalidUtf8(bytes))
        if (isUtf8(bytes))
          expect([mixed, dropped]).toEqual([
            dropped,
            new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
          ])
      }),
      { numRuns: 5000 },
    ))
  it('are read as western characters or left out', () =>
    expect(decodeInvalid(Uint8Array.from([0x61, 0xe9, 0xc3, 0xa9, 0xff, 0x62]))).toEqual({
      mixed: 'aéé\u00ffb',
      dropped: 'aéb',
    }))
})
