import { describe, expect, it } from 'bun:test'
import { challengeFor } from '../../src/decision/challenge.ts'
import { denyUnread } from '../../src/decision/decide.ts'
import { DENY_REASONS, DENY_ROWS } from '../../src/decision/reasons.ts'
import { exampleDenial } from '../support/denials.ts'
import { makeGuard } from '../support/make-guard.ts'

describe('challengeFor, RFC 6750 §3', () => {
  const cases = [
    ['token_missing', 'Bearer realm="r"'],
    ['scheme_not_bearer', 'Bearer realm="r"'],
    [
      'token_multiple',
      'Bearer realm="r", error="invalid_request", error_description="exactly one token is needed"',
    ],
    [
      'token_expired',
      'Bearer realm="r", error="invalid_token", error_description="the token was not accepted"',
    ],
    [
      'signature_invalid',
      'Bearer realm="r", error="invalid_token", error_description="the token was not accepted"',
    ],
    [
      'scope_missing',
      'Bearer realm="r", error="insufficient_scope", error_description="the token lacks a scope", scope="a b"',
    ],
    ['route_denied', undefined],
    ['path_ambiguous', undefined],
    ['keys_unavailable', undefined],
  ] as const
  for (const [reason, challenge] of cases) {
    it(`sends ${challenge ?? 'nothing'} for ${reason}`, () =>
      expect(challengeFor(reason, 'r', ['a', 'b'])).toBe(challenge as string))
  }
  it('is there for every 401, as RFC 9110 §11.6.1 demands, and for no 503', () => {
    for (const reason of DENY_REASONS) {
      const { status } = DENY_ROWS[reason]
      const challenge = challengeFor(reason, 'r', [])
      if (status === 401) expect(challenge).toStartWith('Bearer realm="r"')
      if (status === 503) expect(challenge).toBeUndefined()
    }
  })
  it('describes a bad token by the RFC’s codes only, so that probing learns nothing', () => {
    const told = new Set(
      DENY_REASONS.filter((reason) => DENY_ROWS[reason].error === 'invalid_token').map((reason) =>
        challengeFor(reason, 'r', []),
      ),
    )
    expect(told.size).toBe(1)
  })
})

describe('denyUnread', () => {
  for (const reason of DENY_REASONS) {
    it(`has the challenge of its reason, with the realm and the scopes: ${reason}`, () => {
      const denial = exampleDenial(reason)
      const { challenge } = denyUnread(makeGuard({ realm: 'here' }), denial, 'ID')
      const scopes = denial.reason === 'scope_missing' ? denial.scopes : []
      expect(challenge).toBe(challengeFor(reason, 'here', scopes) as string)
    })
  }
  it('is a denial like any other, without route, policy and issuer', () =>
    expect(denyUnread(makeGuard(), exampleDenial('origin_missing'), 'ID')).toEqual({
      outcome: 'deny',
      reason: 'origin_missing',
      status: 403,
      id: 'ID',
      route: undefined,
      policy: undefined,
      issuer: undefined,
      challenge: undefined,
      retryAfterSeconds: undefined,
      denial: exampleDenial('origin_missing'),
    }))
})
