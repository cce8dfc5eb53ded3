import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { readOutcomes, withConformance } from '../../tools/conformance.ts'

const page = readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8')

describe('the table of docs/callers.md', () => {
  it('is made of the outcomes; `npm run conformance` writes it', () => {
    expect(page).toBe(withConformance(page, readOutcomes()))
  })

  it('explains each outcome that is not yes', () => {
    const outcomes = new Map([['nginx', { 'a case that nobody knows': '500' }]])
    expect(() => withConformance(page, outcomes)).toThrow('a case that nobody knows')
  })
})
