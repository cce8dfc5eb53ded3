import { describe, expect, it } from 'bun:test'
import { mostConnections } from '../../../src/http/connections/descriptors.ts'

const limits = (files: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${files}                 ${files}                 files     \n`

describe('mostConnections()', () => {
  for (const [files, most] of [
    ['1024', 921],
    ['300', 236],
    ['20000', 18_000],
    ['40', 1],
    ['unlimited', Infinity],
  ] as const) {
    it(`leaves some of ${files} files for other uses`, () => {
      expect(mostConnections(limits(files))).toBe(most)
    })
  }

  it('knows no limit of another system', () => {
    expect(mostConnections('')).toBe(Infinity)
  })
})
