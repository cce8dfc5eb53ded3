import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { decodeBase64url } from '../../src/jwt/base64url.ts'

describe('decodeBase64url', () => {
  const cases = [
    ['', []],
    ['AA', [0]],
    ['_w', [255]],
    ['-_8', [251, 255]],
    ['AAAA', [0, 0, 0]],
    ['A', undefined],
    ['AAAAA', undefined],
    ['AB', undefined],
    ['AAB', undefined],
    ['AA=', undefined],
    ['AA==', undefined],
    ['+/8', undefined],
    ['AA AA', undefined],
    ['AAAA\n', undefined],
    ['\nAAAA', undefined],
    ['ÄAAA', undefined],
  ] as const
  for (const [text, bytes] of cases) {
    it(`reads ${JSON.stringify(text)} as ${bytes === undefined ? 'nothing' : JSON.stringify(bytes)}`, () => {
      const decoded = decodeBase64url(text)
      expect(decoded === undefined ? undefined : [...decoded]).toEqual(
        bytes === undefined ? undefined : [...bytes],
      )
    })
  }

  it('accepts exactly the texts that encode back to themselves', () => {
    const character = fc.constantFrom(...'ABCDEFGHQRSTZagkoswxyz0489-_+/= .')
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text
        expect(decodeBase64url(text) !== undefined).toBe(isCanonical)
      }),
      { numRuns: 20_000 },
    )
  })
  it('finds nothing of an earlier text in the memory of a later one', () => {
    for (const invalid of ['AAA=', 'AA A', 'A\u{00e4}AA', 'AAAA=', 'AAAAA']) {
      for (let i = 0; i < 200; i++) {
        decodeBase64url('A'.repeat(4))
        expect(decodeBase64url(invalid)).toBeUndefined()
      }
    }
  })
  it('decodes what was encoded', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(Buffer.from(bytes)),
      ),
    ))
})
