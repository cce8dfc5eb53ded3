import { afterEach, describe, expect, it } from 'bun:test'
import type { DecisionsAnswer } from '../../src/admin/decision-record.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { asked, mint } from '../support/mint.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../support/run-gateway.ts'
import { CONFIG, runService } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Every answer of the admin API about decisions, as text. */
async function allAnswers(admin: string): Promise<string> {
  const list = await (await fetch(`${admin}/v1/decisions?limit=1000`)).text()
  const { decisions } = JSON.parse(list) as DecisionsAnswer
  const each = await Promise.all(
    decisions.map(async ({ id }) => (await fetch(`${admin}/v1/decisions/${id}`)).text()),
  )
  return [list, ...each].join('\n')
}

const HOSTILE = '</script><script>alert(1)</script>\u202e\u200b\u009b31m\u0000'

describe('what the admin API shows of decisions', () => {
  it('has no part of a token, wherever a client puts it', async () => {
    const running = await runService(
      CONFIG.replace(
        'policies:',
        'token_sources: [{ header: Authorization }, { cookie: access_token }, { query: token }, { header: X-Token, scheme: Key }]\npolicies:',
      ),
    )
    cleanup.add(() => running.service.stop(0))
    const canary = mint({
      scope: 'orders:read',
      canary: 'the-canary-of-this-test',
      sub: 'someone-in-particular',
    })
    const bad = mint({ canary: 'the-canary-of-this-test', sub: 'someone-in-particular' }, 'x'.repeat(32))
    const parts = [canary, bad].flatMap((token) => token.split('.').slice(1))
    const origin = 'https://api.example.com'
    const requests: Record<string, string>[] = [canary, bad].flatMap((token) => [
      asked('GET', `${origin}/orders/1`, token),
      asked('GET', `${origin}/orders/1`, token.slice(0, -30)),
      asked('GET', `${origin}/orders/1`, `${token}.${token}`),
      asked('GET', `${origin}/orders/${token}`, token),
      asked('GET', `${origin}/orders//${token}/x`, token),
      asked('GET', `${origin}/orders/${token.slice(0, 60)}`, token),
      asked('GET', `${origin}/orders/1?token=${token}`),
      asked('GET', `${origin}/none/1?_method=${token}`, token),
      asked('GET', `https://${token}/orders/1`, token),
      asked('GET', `https://${token}.example.com/orders/1`, token),
      asked(token, `${origin}/orders/1`, token),
      asked(token.split('.')[1] ?? '', `${origin}/orders/1`, token),
      { ...asked('GET', `${origin}/orders/1`), cookie: `access_token=${token}` },
      { ...asked('GET', `${origin}/orders/1`), 'x-token': `Key ${token}` },
      { ...asked('GET', `${origin}/orders/1`), 'x-token': `Key ${token}`, authorization: `Bearer ${token}` },
      { ...asked('GET', `${origin}/orders/1`), authorization: `Basic ${token}` },
      { 'x-original-url': token },
      { 'x-original-method': token, 'x-original-url': token },
    ])
    for (const headers of requests) {
      for (const path of ['nginx', 'nginx/read', 'nginx/write', 'forward', 'token']) {
        const response = await fetch(`${running.decisions}/v1/auth/${path}`, { headers })
        await response.arrayBuffer()
      }
    }
    const answers = await allAnswers(running.admin)
    expect(answers.length).toBeGreaterThan(100_000)
    for (const part of parts) {
      for (const piece of [part, part.slice(0, 24), part.slice(-24), part.toLowerCase()])
        expect(answers).not.toContain(piece)
    }
    expect(answers).not.toContain('canary')
    expect(answers).not.toContain('someone-in-particular')
  })

  it('has hostile texts in a form that does nothing', async () => {
    const running = await runService(CONFIG)
    cleanup.add(() => running.service.stop(0))
    const long = 'a'.repeat(10_000)
    const claims = { aud: [HOSTILE, long], scope: HOSTILE, [HOSTILE]: HOSTILE }
    for (const path of [`/orders/${encodeURIComponent(HOSTILE)}`, '/orders/<script>', `/orders/${long}`]) {
      for (const token of [mint(claims), mint({ iss: HOSTILE }), `${HOSTILE.slice(0, 30)}.b.c`])
        await (
          await fetch(`${running.decisions}/v1/auth/nginx`, {
            headers: asked('GET', `https://a.example${path}`, token),
          })
        ).arrayBuffer()
    }
    const answers = await allAnswers(running.admin)
    expect(answers).toMatch(/^[\x20-\x7e\n\u2026\ufffd\u2013\u2019]*$/)
    expect(answers).not.toContain('aaaaaaaaaa'.repeat(60))
  })

  it('has no password, and no cookie, of a request to the gateway', async () => {
    const upstream = await startRawUpstream(cleanup)
    const config = gatewayConfig([upstream.url])
      .replace('admin: off', 'admin: 127.0.0.1:0')
      .replace(
        'upstreams:',
        `  - { name: team, match: { path: /team/** }, basic_auth: { users: { ada: "$2y$04$9mnJdTKXHSD1XM8hdUYXROqQbzKHTNYWnhFQTJgDBFUsDXEJIpwm6" } }, upstream: app }\nupstreams:`,
      )
    const running = await runGateway(config, cleanup)
    const admin = `http://${running.service.addresses[1]}`
    const authorization = `Basic ${Buffer.from('ada:correct horse').toString('base64')}`
    for (const path of ['/team/x', '/orders/1', '/public/x'])
      await (
        await fetch(`${running.url}${path}`, { headers: { authorization, cookie: 'id=secret-cookie-value' } })
      ).arrayBuffer()
    const answers = await allAnswers(admin)
    expect(answers).toContain('basic_auth')
    for (const secret of ['correct horse', authorization.slice(6), 'secret-cookie-value'])
      expect(answers).not.toContain(secret)
  })
})
