import { describe, expect, it } from 'bun:test'
import { DENY_REASONS } from '../../src/decision/reasons.ts'
import { denialFields } from '../../src/observe/denial-fields.ts'
import { exampleDenial } from '../support/denials.ts'
import { bearer, decideOf, hmacIssuer, mainIssuer, makeGuard, policySettings } from '../support/make-guard.ts'
import { mint } from '../support/tokens.ts'

const none = undefined

const fieldsFor = async (mintedWith: Parameters<typeof mint>[0], guard = makeGuard(), policy?: string) => {
  const judge = policy === undefined ? undefined : guard.policies.get(policy)
  const decision = await decideOf(guard)({ request: bearer(mint(mintedWith)), policy: judge })
  if (decision.outcome === 'allow') throw new Error('allowed')
  const { kid, claim, expected, found } = denialFields(decision.denial)
  return [decision.reason, kid, claim, expected, found]
}

const scoped = () => makeGuard({ policies: [policySettings({ name: 'any', scope: ['a', 'b'] })] })

describe('the fields of a denial', () => {
  for (const [name, minted, expected] of [
    [
      'an unknown issuer',
      { claims: { iss: 'https://evil.example' } },
      ['issuer_unknown', none, 'iss', none, 'https://evil.example'],
    ],
    ['an issuer that is no text', { claims: { iss: 7 } }, ['issuer_unknown', none, 'iss', none, 'a number']],
    [
      'another algorithm',
      { header: { alg: 'RS512' } },
      ['alg_not_allowed', none, none, 'RS256 ES256 EdDSA', 'RS512'],
    ],
    ['an unknown kid', { header: { kid: 'other' } }, ['kid_unknown', 'other', none, none, none]],
    [
      'another audience',
      { claims: { aud: ['api://stock', 'b'] } },
      ['audience_mismatch', none, 'aud', 'has one of ["api://orders"]', 'api://stock b'],
    ],
    [
      'no audience',
      { claims: { aud: undefined } },
      ['audience_missing', none, 'aud', 'has one of ["api://orders"]', 'absent'],
    ],
    [
      'a subject that is no text',
      { claims: { sub: 7 } },
      ['claim_invalid', none, 'sub', 'is a text', 'a number'],
    ],
  ] as const)
    it(`of ${name}`, async () => expect(await fieldsFor(minted as never)).toEqual([...expected] as never))

  it('of an expired token', async () => {
    const [reason, , claim, expected, found] = await fieldsFor({ claims: { exp: 1 } })
    expect([reason, claim, expected]).toEqual(['token_expired', 'exp', 'at most 30 s ago'])
    expect(found).toMatch(/^\d+ s ago$/)
  })

  it('of a scope: which of the wanted ones it has, and none of the others', async () => {
    expect(await fieldsFor({ claims: { scope: 'b patient/7' } }, scoped(), 'any')).toEqual([
      'scope_missing',
      undefined,
      undefined,
      'a b',
      'b',
    ])
    expect((await fieldsFor({ claims: { scope: 'x' } }, scoped(), 'any')).at(-1)).toBe('none of them')
  })

  it('attack: are short, printable and without tokens, whatever a client sends', async () => {
    const token = mint()
    for (const text of [
      'x'.repeat(10_000),
      '\u202e\u001b[2J\n',
      `https://${token}`,
      '\u6f22'.repeat(4_000),
    ]) {
      for (const minted of [
        { claims: { iss: text } },
        { claims: { aud: [text, text, text, text, text] } },
        { header: { alg: text } },
      ]) {
        const texts = (await fieldsFor(minted)).filter((one) => one !== undefined)
        for (const one of texts) {
          expect(one.length).toBeLessThanOrEqual(257)
          expect(one).not.toMatch(/[\p{Cc}\p{Cf}]/u)
          for (const part of token.split('.')) expect(one).not.toContain(part.slice(0, 24))
        }
      }
    }
  })

  it('never have the value of a claim about a person', async () => {
    const guard = makeGuard({
      issuers: [mainIssuer({ audienceClaim: 'email' } as never), hmacIssuer()],
    })
    expect(await fieldsFor({ claims: { email: 'alice@example.com' } }, guard)).toEqual([
      'audience_mismatch',
      undefined,
      'email',
      'has one of ["api://orders"]',
      'a text of 17 characters',
    ])
  })

  it('are there for every reason without a fault', () => {
    for (const reason of DENY_REASONS) expect(() => denialFields(exampleDenial(reason))).not.toThrow()
  })
})
