import { describe, expect, it } from 'bun:test'
import { isAcceptedTyp, normalizeTyp } from '../../src/jwt/check-typ.ts'

describe('isAcceptedTyp', () => {
  const cases = [
    [undefined, undefined, true],
    ['JWT', undefined, true],
    ['at+jwt', undefined, true],
    ['anything', undefined, true],
    ['dpop+jwt', undefined, false],
    ['DPoP+JWT', undefined, false],
    ['application/logout+jwt', undefined, false],
    [undefined, ['at+jwt'], false],
    ['at+jwt', ['at+jwt'], true],
    ['AT+JWT', ['at+jwt'], true],
    ['application/at+jwt', ['at+jwt'], true],
    ['JWT', ['at+jwt'], false],
    ['JWT', ['at+jwt', 'jwt'], true],
    ['text/at+jwt', ['at+jwt'], false],
    // What an operator asks for by name is what they get.
    ['dpop+jwt', ['dpop+jwt'], true],
  ] as const
  for (const [typ, accepted, expected] of cases) {
    it(`${expected ? 'accepts' : 'refuses'} ${typ ?? 'no typ'} if ${accepted?.join(', ') ?? 'nothing'} is asked for`, () =>
      expect(isAcceptedTyp(typ, accepted === undefined ? undefined : new Set(accepted))).toBe(expected))
  }
  it('takes `application/` away once', () => {
    expect(normalizeTyp('Application/AT+jwt')).toBe('at+jwt')
    expect(normalizeTyp('application/application/at+jwt')).toBe('application/at+jwt')
  })
})
