import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { checkTimes, type TimeRules } from '../../src/jwt/check-times.ts'

const NOW = 1_790_000_000
const rules = (overrides: Partial<TimeRules> = {}): TimeRules => ({
  leewaySeconds: 30,
  allowMissingExp: false,
  ...overrides,
})
const reason = (claims: Record<string, unknown>, overrides?: Partial<TimeRules>, now = NOW): string => {
  const result = checkTimes(claims, rules(overrides), now)
  return result.ok ? 'ok' : result.error.reason
}

describe('checkTimes, to the second', () => {
  const cases = [
    // exp: valid until exp + leeway, exclusive.
    [{ exp: NOW + 1 }, { leewaySeconds: 0 }, 'ok'],
    [{ exp: NOW }, { leewaySeconds: 0 }, 'token_expired'],
    [{ exp: NOW - 29 }, {}, 'ok'],
    [{ exp: NOW - 30 }, {}, 'token_expired'],
    [{ exp: NOW - 299 }, { leewaySeconds: 300 }, 'ok'],
    [{ exp: NOW - 300 }, { leewaySeconds: 300 }, 'token_expired'],
    [{ exp: 0 }, {}, 'token_expired'],
    // nbf and iat: valid from then on, inclusive.
    [{ exp: NOW + 9, nbf: NOW }, { leewaySeconds: 0 }, 'ok'],
    [{ exp: NOW + 9, nbf: NOW + 1 }, { leewaySeconds: 0 }, 'token_not_yet_valid'],
    [{ exp: NOW + 9, nbf: NOW + 30 }, {}, 'ok'],
    [{ exp: NOW + 9, nbf: NOW + 31 }, {}, 'token_not_yet_valid'],
    [{ exp: NOW + 9, iat: NOW }, { leewaySeconds: 0 }, 'ok'],
    [{ exp: NOW + 9, iat: NOW + 1 }, { leewaySeconds: 0 }, 'token_issued_in_future'],
    [{ exp: NOW + 9, iat: NOW + 30 }, {}, 'ok'],
    [{ exp: NOW + 9, iat: NOW + 31 }, {}, 'token_issued_in_future'],
    // max_age counts from iat, with leeway, and makes iat required.
    [{ exp: NOW + 9, iat: NOW - 89 }, { maxAgeSeconds: 60 }, 'ok'],
    [{ exp: NOW + 9, iat: NOW - 90 }, { maxAgeSeconds: 60 }, 'token_too_old'],
    [{ exp: NOW + 9, iat: NOW - 59 }, { maxAgeSeconds: 60, leewaySeconds: 0 }, 'ok'],
    [{ exp: NOW + 9, iat: NOW - 60 }, { maxAgeSeconds: 60, leewaySeconds: 0 }, 'token_too_old'],
    [{ exp: NOW + 9 }, { maxAgeSeconds: 60 }, 'claim_missing'],
    [{ exp: NOW + 9, nbf: NOW }, { maxAgeSeconds: 60 }, 'claim_missing'],
    // exp is required unless waived; a waived one still counts if it is there.
    [{}, {}, 'exp_missing'],
    [{ nbf: NOW, iat: NOW }, {}, 'exp_missing'],
    [{}, { allowMissingExp: true }, 'ok'],
    [{ exp: NOW - 31 }, { allowMissingExp: true }, 'token_expired'],
    [{ nbf: NOW + 31 }, { allowMissingExp: true }, 'token_not_yet_valid'],
    [{ iat: NOW - 90 }, { allowMissingExp: true, maxAgeSeconds: 60 }, 'token_too_old'],
    // An inverted window denies every token.
    [{ exp: NOW - 40, nbf: NOW + 40 }, {}, 'token_expired'],
  ] as const
  for (const [claims, overrides, expected] of cases) {
    const at = JSON.stringify(claims).replaceAll(
      /1\d{9}/g,
      (time) => `now${Number(time) < NOW ? '' : '+'}${Number(time) - NOW}`,
    )
    it(`answers ${expected} for ${at} with ${JSON.stringify(overrides)}`, () =>
      expect(reason(claims, overrides)).toBe(expected))
  }

  it('counts fractions of a second', () => {
    expect(reason({ exp: NOW }, { leewaySeconds: 0 }, NOW - 0.001)).toBe('ok')
    expect(reason({ exp: NOW }, { leewaySeconds: 0 }, NOW + 0.001)).toBe('token_expired')
    expect(reason({ exp: NOW + 9, nbf: NOW }, { leewaySeconds: 0 }, NOW - 0.001)).toBe('token_not_yet_valid')
  })
  it('accepts times with fractions (RFC 7519 §2)', () => {
    const none = { leewaySeconds: 0 }
    expect(reason({ exp: NOW + 0.5 }, none, NOW + 0.4)).toBe('ok')
    expect(reason({ exp: NOW + 0.5 }, none, NOW + 0.5)).toBe('token_expired')
    expect(reason({ exp: NOW + 9, nbf: NOW + 0.5 }, none, NOW + 0.4)).toBe('token_not_yet_valid')
    expect(reason({ exp: NOW + 9, iat: NOW + 0.5 }, none, NOW + 0.4)).toBe('token_issued_in_future')
    expect(reason({ exp: NOW + 9, nbf: NOW - 0.5, iat: NOW - 0.25 }, none)).toBe('ok')
    expect(reason({ exp: NOW + 9, iat: NOW - 9.75 }, { ...none, maxAgeSeconds: 10 }, NOW + 0.25)).toBe(
      'token_too_old',
    )
  })
  it('judges the types of all times before any of them', () => {
    for (const name of ['exp', 'nbf', 'iat']) {
      for (const value of [
        '1',
        null,
        true,
        [],
        {},
        -1,
        -0.5,
        253_402_300_799.5,
        253_402_300_800,
        Infinity,
        Number.NaN,
        undefined,
      ]) {
        expect(reason({ exp: 1, [name]: value })).toBe('claim_invalid')
      }
    }
  })
  it('denies if the clock or the leeway is not a number', () => {
    expect(reason({ exp: NOW + 9 }, {}, Number.NaN)).not.toBe('ok')
    expect(reason({}, { allowMissingExp: true }, Number.NaN)).not.toBe('ok')
    expect(reason({ exp: 1 }, { leewaySeconds: Number.NaN })).not.toBe('ok')
  })
})

describe('the validity window of checkTimes', () => {
  it('is exactly the time in which checkTimes passes', () => {
    const near = fc.option(fc.integer({ min: NOW - 200, max: NOW + 200 }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.record({ exp: near, nbf: near, iat: near }),
        fc.record({
          leewaySeconds: fc.integer({ min: 0, max: 60 }),
          maxAgeSeconds: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
          allowMissingExp: fc.boolean(),
        }),
        fc.integer({ min: NOW - 300, max: NOW + 300 }),
        (times, { maxAgeSeconds, ...others }, later) => {
          const claims = Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined))
          const timeRules = maxAgeSeconds === undefined ? others : { ...others, maxAgeSeconds }
          const now = checkTimes(claims, timeRules, NOW)
          if (!now.ok) return
          const { notBefore, notAfter } = now.value
          expect(NOW >= notBefore && NOW < notAfter).toBe(true)
          expect(checkTimes(claims, timeRules, later).ok).toBe(later >= notBefore && later < notAfter)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
