import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { asked, mint } from '../support/mint.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

async function start(): Promise<RunningService> {
  const running = await runService()
  cleanup.add(() => running.service.stop(0))
  return running
}

const ORDER = 'https://api.example.com/orders/42'
const now = (): number => Math.floor(Date.now() / 1000)

/** Status, fields and body of an answer, without what differs between two answers to one request. */
async function answerTo({ decisions }: RunningService, endpoint: string, token: string): Promise<unknown> {
  const answer = await fetch(`${decisions}${endpoint}`, { headers: asked('GET', ORDER, token) })
  const id = answer.headers.get('x-decision-id') ?? ''
  expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  const fields = [...answer.headers].filter(([name]) => name !== 'date')
  return JSON.parse(JSON.stringify([answer.status, fields, await answer.text()]).replaceAll(id, 'ID'))
}

describe('a denied token that is sent again', () => {
  const tokens: readonly (readonly [string, string])[] = [
    ['token_expired', mint({ scope: 'orders:read', exp: now() - 100 })],
    ['signature_invalid', mint({ scope: 'orders:read' }, 'another secret of the tests, of 40 bytes')],
    ['scope_missing', mint({ scope: 'other' })],
    ['audience_mismatch', mint({ aud: 'api://other' })],
    ['issuer_unknown', mint({ iss: 'https://other.example.com' })],
  ]
  for (const [reason, token] of tokens) {
    it(`has the same answer and the same line, marked as cached: ${reason}`, async () => {
      const running = await start()
      for (const endpoint of ['/v1/auth/nginx', '/v1/auth/token/read']) {
        const first = await answerTo(running, endpoint, token)
        expect(JSON.stringify(first)).toContain(`["x-decision-reason","${reason}"]`)
        for (let again = 0; again < 3; again++)
          expect(await answerTo(running, endpoint, token)).toEqual(first)
      }
      const lines = running.lines.filter(({ event }) => event === 'decision')
      const [first, ...others] = lines
      expect(first).toMatchObject({ reason })
      expect(first?.['cached']).toBeUndefined()
      // The second endpoint asks by the same policy.
      expect(others).toHaveLength(7)
      for (const line of others) expect(line).toMatchObject({ reason, cached: true })
    })
  }

  it('is judged by a new configuration at once', async () => {
    const running = await start()
    const token = mint({ scope: 'other' })
    for (let again = 0; again < 2; again++)
      expect(await answerTo(running, '/v1/auth/nginx', token)).toHaveProperty('0', 403)
    const next = await loadOrThrow(CONFIG.replace('read: { scope: orders:read,', 'read: { scope: other,'))
    await running.service.replace(next)
    expect(await answerTo(running, '/v1/auth/nginx', token)).toHaveProperty('0', 200)
  })
})
