import { describe, expect, it } from 'bun:test'
import { checkAudience } from '../../src/jwt/check-audience.ts'

describe('checkAudience', () => {
  const ACCEPTED = new Set(['a', 'b'])
  const cases = [
    [{ aud: 'a' }, 'ok', 'ok'],
    [{ aud: ['x', 'b'] }, 'ok', 'ok'],
    [{ aud: 'x' }, 'audience_mismatch', 'ok'],
    [{ aud: ['x'] }, 'audience_mismatch', 'ok'],
    [{ aud: 'A' }, 'audience_mismatch', 'ok'],
    [{ aud: 'a b' }, 'audience_mismatch', 'ok'],
    [{ aud: '' }, 'audience_mismatch', 'ok'],
    [{}, 'audience_missing', 'ok'],
    [{ aud: [] }, 'audience_missing', 'ok'],
    [{ aud: null }, 'claim_invalid', 'claim_invalid'],
    [{ aud: 1 }, 'claim_invalid', 'claim_invalid'],
    [{ aud: { a: true } }, 'claim_invalid', 'claim_invalid'],
    [{ aud: ['a', 1] }, 'claim_invalid', 'claim_invalid'],
    [{ aud: [['a']] }, 'claim_invalid', 'claim_invalid'],
  ] as const
  for (const [claims, expected, withAny] of cases) {
    it(`answers ${expected} for ${JSON.stringify(claims)}, and ${withAny} if any audience is accepted`, () => {
      const strict = checkAudience(claims, ACCEPTED)
      const any = checkAudience(claims, null)
      expect(strict.ok ? 'ok' : strict.error).toBe(expected)
      expect(any.ok ? 'ok' : any.error).toBe(withAny)
    })
  }
  it('accepts nothing if nothing is accepted', () =>
    expect(checkAudience({ aud: 'a' }, new Set()).ok).toBe(false))
  it('does not read an inherited audience', () =>
    expect(checkAudience(Object.create({ aud: 'a' }) as Record<string, unknown>, ACCEPTED).ok).toBe(false))
})
