import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createSubjectNaming, subjectFields } from '../../src/observe/subjects.ts'
import { bearer, decideOf, hmacIssuer, mainIssuer, makeGuard, policySettings } from '../support/make-guard.ts'
import { ecPair, ecdsa, mint, NOW_SECONDS } from '../support/tokens.ts'

const KEY = 'a key of the tests, long enough'
const PLAIN = createSubjectNaming({ identity: 'plain', allows: 'all' }, KEY)
const HASHED = createSubjectNaming({ identity: 'hashed', allows: 'all' }, KEY)
const CLAIMS = { sub: 'alice', azp: 'web', jti: 'j-1' }

const hashOf = (value: string): string => createHmac('sha256', KEY).update(value).digest('hex').slice(0, 16)

describe('whom a token names', () => {
  it('is nobody by default', () => {
    expect(createSubjectNaming({ identity: 'none', allows: 'all' }, KEY)).toBeUndefined()
    expect(subjectFields(undefined)).toEqual({})
  })

  it('is in plain, or as a keyed hash that openssl prints as well', () => {
    expect(subjectFields(PLAIN?.pack(CLAIMS))).toEqual({ sub: 'alice', client_id: 'web', jti: 'j-1' })
    expect(subjectFields(HASHED?.pack(CLAIMS))).toEqual({
      sub: hashOf('alice'),
      client_id: hashOf('web'),
      jti: hashOf('j-1'),
    })
    const { stdout } = Bun.spawnSync([
      'sh',
      '-c',
      `printf %s alice | openssl dgst -sha256 -hmac '${KEY}' -r | cut -c 1-16`,
    ])
    expect(stdout.toString().trim()).toBe(hashOf('alice'))
  })

  it('is `client_id` before `azp`, and no claim that is not a text', () => {
    expect(subjectFields(PLAIN?.pack({ client_id: 'cli', azp: 'web', sub: 7, jti: null }))).toEqual({
      client_id: 'cli',
    })
    expect(subjectFields(PLAIN?.pack(JSON.parse('{"__proto__":{"sub":"x"}}')))).toEqual({})
  })

  it('attack: is short, printable, without tokens, and one ASCII text until then', () => {
    const token = mint()
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(token, 'x'.repeat(10_000), '\u6f22'.repeat(99), '\n'),
        ),
        (sub) => {
          for (const naming of [PLAIN, HASHED]) {
            const packed = naming?.pack({ sub }) ?? ''
            expect(packed).toMatch(/^[\x20-\x7e]{1,1200}$/)
            const { sub: shown = '' } = subjectFields(packed)
            expect(shown.replaceAll('\t', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
            expect(shown.length).toBeLessThan(70)
            expect(shown).not.toContain(token.slice(0, 24))
          }
        },
      ),
    )
  })
})

describe('a decision', () => {
  const guardWith = (subjects: typeof PLAIN, cached = true) =>
    makeGuard({
      issuers: [mainIssuer(), hmacIssuer()],
      policies: [policySettings({ name: 'scoped', scope: ['wanted'], identity: [] })],
      subjects,
      ...(cached && { cache: { tokens: 100, bytes: 1_000_000 } }),
    })
  /** The same token twice: the second time from memory, if there is any. */
  const subjectsOf = async (guard: ReturnType<typeof guardWith>, token: string, policy?: string) => {
    const decide = decideOf(guard)
    const judge = policy === undefined ? undefined : guard.policies.get(policy)
    const first = await decide({ request: bearer(token), policy: judge })
    const second = await decide({ request: bearer(token), policy: judge })
    expect([second.outcome, second.reason]).toEqual([first.outcome, first.reason])
    return { reason: first.reason, hits: second.isCacheHit, subjects: [first.subject, second.subject] }
  }
  const named = PLAIN?.pack({ sub: 'alice', azp: 'web' })
  const claims = { sub: 'alice', azp: 'web', jti: undefined }

  it('names the subject of an allowed token, warm too', async () => {
    expect(await subjectsOf(guardWith(PLAIN), mint({ claims }))).toEqual({
      reason: 'ok',
      hits: true,
      subjects: [named, named],
    })
  })

  it('keeps nothing for allowed tokens if they have no lines', async () => {
    const naming = createSubjectNaming({ identity: 'plain', allows: 'none' }, KEY)
    expect((await subjectsOf(guardWith(naming), mint({ claims }))).subjects).toEqual([undefined, undefined])
    const expired = mint({ claims: { ...claims, exp: NOW_SECONDS - 1_000 } })
    expect((await subjectsOf(guardWith(naming), expired)).subjects).toEqual([named, named])
  })

  it('names nobody if nobody is to be named', async () => {
    for (const token of [mint({ claims }), mint({ claims: { ...claims, exp: 1 } })])
      expect((await subjectsOf(guardWith(undefined), token)).subjects).toEqual([undefined, undefined])
  })

  for (const cached of [true, false])
    for (const [reason, token, policy] of [
      ['token_expired', mint({ claims: { ...claims, exp: NOW_SECONDS - 1_000 } })],
      ['audience_mismatch', mint({ claims: { ...claims, aud: 'other' } })],
      ['scope_missing', mint({ claims }), 'scoped'],
    ] as const)
      it(`names the subject of a genuine token that is denied with ${reason}, ${cached ? 'remembered' : 'without memory'}`, async () => {
        expect(await subjectsOf(guardWith(PLAIN, cached), token, policy)).toEqual({
          reason,
          hits: cached ? true : undefined,
          subjects: [named, named],
        })
      })

  for (const [reason, token] of [
    ['signature_invalid', mint({ header: { alg: 'ES256', kid: 'ec' }, claims, signer: ecdsa(ecPair()) })],
    ['issuer_unknown', mint({ claims: { ...claims, iss: 'https://evil.example' } })],
    ['kid_unknown', mint({ header: { kid: 'other' }, claims })],
  ] as const)
    it(`attack: names nobody by a token that nobody vouches for (${reason})`, async () => {
      const { subjects, ...rest } = await subjectsOf(guardWith(PLAIN), token)
      expect(rest.reason).toBe(reason)
      expect(subjects).toEqual([undefined, undefined])
    })
})
