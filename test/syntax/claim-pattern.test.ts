import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import {
  compileClaimPattern,
  MAX_MATCHED_LENGTH,
  MAX_PATTERN_LENGTH,
} from '../../src/syntax/claim-pattern.ts'

describe('patterns of claim rules', () => {
  const refused = [
    '',
    '[',
    '(',
    '*',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(a)\\1',
    'a{1001}',
    '((a{100}){100})',
    'x'.repeat(MAX_PATTERN_LENGTH + 1),
  ]
  for (const pattern of refused) {
    it(`are never ${JSON.stringify(pattern.slice(0, 30))}`, () =>
      expect(compileClaimPattern(pattern).ok).toBe(false))
  }
  it('are refused when they would be expensive', () =>
    expect(compileClaimPattern('(?:[a-z]{1,500}[0-9]{1,500}){2}')).toMatchObject({ ok: false }))

  it('are as long as the page states', () => {
    const page = readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8')
    expect(page).toContain(`pattern, 1 to ${MAX_PATTERN_LENGTH} characters`)
    expect(page).toContain(`a text of at most ${MAX_MATCHED_LENGTH.toLocaleString('en')} characters`)
  })

  it('match as RegExp does from the first to the last character', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '|', '.', 'a*', '(?:ab)?', '[ab]', '$', '^', 'b+'), {
          maxLength: 6,
        }),
        fc.stringMatching(/^[ab]{0,6}$/),
        (parts, text) => {
          const pattern = `a?${parts.join('')}`
          const compiled = compileClaimPattern(pattern)
          if (!compiled.ok) throw new Error(compiled.error)
          expect(compiled.value(text)).toBe(new RegExp(`^(?:${pattern})$`).test(text))
        },
      ),
      { numRuns: 2000 },
    ))
})
