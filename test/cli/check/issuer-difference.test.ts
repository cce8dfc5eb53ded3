import { describe, expect, it } from 'bun:test'
import { describeIssuerDifference } from '../../../src/cli/check/issuer-difference.ts'

const CASES: readonly (readonly [configured: string, announced: string, name: string])[] = [
  ['https://a.example/x/', 'https://a.example/x', 'trailing slash'],
  ['https://a.example/x', 'https://a.example/x/', 'trailing slash'],
  ['https://a.example/X', 'https://a.example/x', 'letter case'],
  ['http://a.example/x', 'https://a.example/x', 'scheme'],
  ['https://a.example/x', 'https://b.example/x', 'host'],
  ['https://a.example/x', 'https://a.example/y', 'path'],
  ['https://a.example/x', 'urn:a', 'scheme'],
  ['https://a.example/x', 'nothing', 'from here on'],
  [`https://a.example/${'x'.repeat(300)}1`, `https://a.example/${'x'.repeat(300)}2`, 'path'],
]

describe('describeIssuerDifference', () => {
  for (const [configured, announced, name] of CASES) {
    it(`points at the ${name} of ${announced.slice(0, 40)}`, () => {
      const [above = '', below = '', caret = ''] = describeIssuerDifference(configured, announced)
      const at = caret.indexOf('^')
      expect(caret.slice(at)).toBe(`^ ${name}`)
      expect(above.slice('configured  '.length, at)).toBe(below.slice('announced   '.length, at))
      expect(above[at]).not.toBe(below[at])
      expect(Math.max(above.length, below.length, caret.length)).toBeLessThan(200)
    })
  }
})
