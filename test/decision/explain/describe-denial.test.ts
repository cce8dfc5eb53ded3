import { describe, expect, it } from 'bun:test'
import type { Denial } from '../../../src/decision/denial.ts'
import { describeDenial } from '../../../src/decision/explain/describe-denial.ts'
import { DENY_REASONS } from '../../../src/decision/reasons.ts'
import { exampleDenial } from '../../support/denials.ts'

describe('the facts of a denial', () => {
  for (const reason of DENY_REASONS) {
    it(`are one short line, or nothing beyond the reason: ${reason}`, () => {
      const denial = exampleDenial(reason)
      const text = describeDenial(denial)
      const hasFacts = Object.keys(denial).length > 1
      if (!hasFacts && reason !== 'exp_missing') return expect(text).toBeUndefined()
      expect(text).toMatch(/^[^\n]{1,200}$/)
      expect(text).not.toMatch(/undefined|\[object|NaN/)
    })
  }

  const lines: readonly (readonly [Denial, string | undefined])[] = [
    [{ reason: 'token_malformed', fault: 'parts', parts: 1 }, 'one part instead of three'],
    [{ reason: 'token_malformed', fault: 'parts', parts: 6 }, 'more than five parts instead of three'],
    [{ reason: 'token_malformed', fault: 'nested' }, 'a nested token (`cty`)'],
    [{ reason: 'token_encrypted', sign: 'five_parts' }, 'five parts: an encrypted token (JWE)'],
    [{ reason: 'alg_not_allowed', alg: undefined }, '`alg` is not a string'],
    [{ reason: 'alg_not_allowed', alg: 'no"ne\n' }, 'alg "no"ne?"'],
    [
      { reason: 'typ_not_allowed', typ: undefined, accepted: ['at+jwt', 'JWT'] },
      'typ is absent, accepted at+jwt, JWT',
    ],
    [{ reason: 'typ_not_allowed', typ: 'x', accepted: [] }, 'typ is "x", accepted any type of access tokens'],
    [{ reason: 'key_unsuitable', kid: undefined }, undefined],
    [{ reason: 'key_unsuitable', kid: 'a' }, 'kid "a"'],
    [{ reason: 'signature_invalid' }, undefined],
    [{ reason: 'keys_unavailable', retryAfterSeconds: 5 }, undefined],
    [{ reason: 'token_expired', agoSeconds: 90.7, leewaySeconds: 30 }, 'expired 90 s ago, leeway 30 s'],
    [{ reason: 'scope_missing', missing: ['a', 'b'], scopes: ['a', 'b', 'c'] }, 'missing: a b'],
    [
      { reason: 'claim_invalid', claim: 'a', expected: `is ${'x'.repeat(300)}`, found: 'null' },
      `\`a\` is ${'x'.repeat(197)}…; the claim is null`,
    ],
  ]
  for (const [denial, line] of lines)
    it(`are read as ${line ?? 'nothing'}`, () => expect(describeDenial(denial)).toBe(line))
})
