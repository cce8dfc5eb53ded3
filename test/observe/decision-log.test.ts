import { describe, expect, it } from 'bun:test'
import { DENY_REASONS } from '../../src/decision/reasons.ts'
import { denyUnread } from '../../src/decision/decide.ts'
import { createExplanation } from '../../src/decision/explain/create-explanation.ts'
import { createDecisionLog } from '../../src/observe/decision-log.ts'
import type { Logger } from '../../src/observe/logger.ts'
import { detailOf, exampleDenial } from '../support/denials.ts'
import { ID, ask, bearer, decideOf, makeGuard, makeRequest } from '../support/make-guard.ts'
import { mint } from '../support/tokens.ts'

interface Line {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

const MEASURED = { durationMs: 1.23456, clientAddress: undefined }

function recordingLogger(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = []
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    lines.push({ level, fields, message }) > 0
  return {
    lines,
    logger: {
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      flush: async () => true,
      flushSync: () => undefined,
    },
  }
}

describe('the decision log', () => {
  const guard = makeGuard()
  it('writes one line for a denial, with what is needed to find out why', async () => {
    const { logger, lines } = recordingLogger()
    const request = { ...bearer(mint({ claims: { exp: 1 } })), path: '/orders', query: 'secret=1' }
    createDecisionLog(logger)({
      decision: await ask(decideOf(guard), request),
      status: 401,
      request,
      via: 'nginx',
      ...MEASURED,
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.fields).toMatchObject({
      event: 'decision',
      outcome: 'deny',
      reason: 'token_expired',
      status: 401,
      id: ID,
      via: 'nginx',
      policy: 'any-valid-token',
      issuer: 'main',
      method: 'GET',
      host: 'api.example.com',
      path: '/orders',
    })
  })
  it('has the status that was answered, if the dialect of the caller has another one', async () => {
    const { logger, lines } = recordingLogger()
    const request = makeRequest({})
    const decision = await ask(decideOf(guard), request)
    createDecisionLog(logger)({ decision, status: 403, request, via: 'jwtauthrequest', ...MEASURED })
    expect(lines[0]?.fields).toMatchObject({ reason: 'token_missing', status: 403 })
  })
  it('has the client and the time to the decision, as far as they are known', () => {
    const { logger, lines } = recordingLogger()
    const decision = denyUnread(guard, exampleDenial('no_route'), ID)
    const event = { decision, status: 403, request: undefined, via: 'gateway' }
    const log = createDecisionLog(logger)
    log({ ...event, durationMs: 1.23456, clientAddress: '203.0.113.7' })
    log({ ...event, durationMs: 0.04, clientAddress: undefined })
    log({ ...event, ...MEASURED, decision: { ...decision, isCacheHit: true } })
    expect(lines.map(({ fields }) => [fields['client'], fields['ms'], fields['cached']])).toEqual([
      ['203.0.113.7', 1.235, undefined],
      [undefined, 0.04, undefined],
      [undefined, 1.235, true],
    ])
  })
  it('writes nothing for an allowed request', async () => {
    const { logger, lines } = recordingLogger()
    const request = bearer(mint())
    createDecisionLog(logger)({
      decision: await ask(decideOf(guard), request),
      status: 401,
      request,
      via: 'nginx',
      ...MEASURED,
    })
    expect(lines).toEqual([])
  })
  it('writes a line for a request that could not be read', () => {
    const { logger, lines } = recordingLogger()
    createDecisionLog(logger)({
      decision: denyUnread(guard, exampleDenial('origin_missing'), ID),
      status: 403,
      request: undefined,
      via: 'nginx',
      ...MEASURED,
    })
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: { reason: 'origin_missing', detail: 'X-Method is missing; add it' },
    })
  })
  it('has the facts that explain shows, in the same words', async () => {
    const { logger, lines } = recordingLogger()
    const log = createDecisionLog(logger)
    const tokens = [
      mint({ header: { alg: 'RS512' } }),
      mint({ header: { kid: 'other' } }),
      mint({ claims: { exp: 1 } }),
      mint({ claims: { aud: ['x'] } }),
      mint({ claims: { sub: 7 } }),
      'opaque',
    ]
    for (const token of tokens) {
      const request = bearer(token)
      const { recorder, steps } = createExplanation()
      const explained = await ask(decideOf(guard), request, recorder)
      log({ decision: await ask(decideOf(guard), request), status: 401, request, via: 'x', ...MEASURED })
      const failed = steps.find(({ result }) => result === 'fail')
      expect(failed?.detail).toMatch(/./)
      expect(lines.at(-1)?.fields).toMatchObject({ reason: failed?.reason, detail: failed?.detail })
      expect(detailOf(explained)).toBe(failed?.detail as string)
    }
  })
  it('holds no token and no query, wherever the client put them', async () => {
    const token = mint({ claims: { aud: 'x', sub: 'secret-subject' } })
    const { logger, lines } = recordingLogger()
    const requests = [
      makeRequest({
        path: `/reset/${token}`,
        query: `access_token=${token}`,
        headers: [
          ['authorization', `Bearer ${token}`],
          ['cookie', 'session=secret-cookie'],
        ],
      }),
      makeRequest({
        host: 'api.example.com',
        path: `/${'a'.repeat(480)}/${token}`,
        headers: [['authorization', `Basic secret-password`]],
      }),
      // A method may have 32 characters, and all that tokens have.
      makeRequest({ method: token.slice(0, 32), path: '/x' }),
    ]
    for (const request of requests)
      createDecisionLog(logger)({
        decision: await ask(decideOf(guard), request),
        status: 401,
        request,
        via: 'nginx',
        ...MEASURED,
      })
    const text = JSON.stringify(lines)
    expect(lines).toHaveLength(3)
    expect(text).not.toContain('secret-')
    for (const part of token.split('.')) expect(text).not.toContain(part.slice(0, 24))
  })
  it('has lines that a pipe takes as a whole, whatever a client sends', async () => {
    const wide = '\u6f22'.repeat(4_000)
    const tokens = [
      { header: { kid: wide.slice(0, 60) } },
      { header: { alg: wide } },
      { header: { typ: wide } },
      { claims: { exp: 1 } },
      { claims: { iss: wide } },
      { claims: { aud: [wide, wide, wide, wide] } },
    ]
    for (const minted of tokens) {
      for (const path of [`/${wide}`, `/${'"'.repeat(4_000)}`]) {
        const request = { ...bearer(mint(minted)), path, host: wide }
        const { logger, lines } = recordingLogger()
        const decision = await ask(decideOf(guard), request)
        createDecisionLog(logger)({ decision, status: 401, request, via: 'nginx', ...MEASURED })
        expect(lines).toHaveLength(1)
        expect(Buffer.byteLength(JSON.stringify(lines[0]))).toBeLessThan(4_000)
      }
    }
  })
  for (const reason of DENY_REASONS) {
    const level =
      reason === 'internal_error'
        ? 'error'
        : [
              'origin_missing',
              'caller_untrusted',
              'keys_unavailable',
              'auth_service_not_asked',
              'judges_not_asked',
              'auth_service_failed',
            ].includes(reason)
          ? 'warn'
          : 'info'
    it(`logs ${reason} at level ${level}`, () => {
      const { logger, lines } = recordingLogger()
      createDecisionLog(logger)({
        decision: denyUnread(guard, exampleDenial(reason), ID),
        status: 403,
        request: undefined,
        via: 'token',
        ...MEASURED,
      })
      expect(lines.map((line) => `${line.level} ${line.message}`)).toEqual([`${level} denied: ${reason}`])
    })
  }
})
