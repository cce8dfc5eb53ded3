import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { asked, mint } from '../support/mint.ts'
import { exchange, statusesOf } from '../support/raw-http.ts'
import { CONFIG, runService, SECRET, type RunningService } from '../support/run-service.ts'

const ORDER = 'https://api.example.com/orders/42'
let running: RunningService

beforeAll(async () => {
  running = await runService()
})
afterAll(() => running.service.stop(0))

const ask = (path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> =>
  fetch(`${running.decisions}${path}`, { method, headers })

/** Bytes of a question as nginx sends it. */
function question(token: string, extra: readonly string[] = []): string {
  const lines = Object.entries(asked('GET', ORDER, token)).map(([name, value]) => `${name}: ${value}`)
  return ['GET /v1/auth/nginx HTTP/1.1', 'Host: warder', ...lines, ...extra, '', ''].join('\r\n')
}

describe('the decision listener', () => {
  const token = mint({ scope: 'orders:read' })

  it('answers an allow with exactly 200, no body and every identity header', async () => {
    const { text } = await exchange(running.decisionsPort, question(token), (all) => all.endsWith('\r\n\r\n'))
    expect(text).toStartWith('HTTP/1.1 200 OK\r\n')
    expect(text.toLowerCase()).toContain('content-length: 0\r\n')
    expect(text.toLowerCase()).toContain('x-auth-subject: alice\r\n')
    expect(text.toLowerCase()).toMatch(/x-auth-roles: ?\r\n/)
    expect(text).toMatch(/x-decision-id: [0-9A-HJKMNP-TV-Z]{26}\r\n/i)
  })

  const statuses: readonly (readonly [string, string, Record<string, string>, number, string | null])[] = [
    ['no token', '/v1/auth/nginx', asked('GET', ORDER), 401, 'token_missing'],
    ['a token without the scope', '/v1/auth/nginx', asked('POST', ORDER, token), 403, 'scope_missing'],
    ['no origin headers', '/v1/auth/nginx', { authorization: `Bearer ${token}` }, 403, 'origin_missing'],
    [
      'a policy by its name',
      '/v1/auth/nginx/read',
      asked('POST', 'https://other.example/x', token),
      200,
      null,
    ],
    ['a policy that denies', '/v1/auth/nginx/write', asked('GET', ORDER, token), 403, 'scope_missing'],
    ['the token alone', '/v1/auth/token', { authorization: `Bearer ${token}` }, 200, null],
    [
      'the token alone, by a policy',
      '/v1/auth/token/write',
      { authorization: `Bearer ${token}` },
      403,
      'scope_missing',
    ],
    ['an unknown path', '/', asked('GET', ORDER, token), 404, null],
    ['an unknown policy', '/v1/auth/nginx/nobody', asked('GET', ORDER, token), 404, null],
    ['a path that only begins like an endpoint', '/v1/auth/nginxx', asked('GET', ORDER, token), 404, null],
    ['an inherited property as a path', '/constructor', asked('GET', ORDER, token), 404, null],
    [
      'a policy in the query, which is not read',
      '/v1/auth/nginx?policy=read',
      asked('POST', ORDER, token),
      403,
      'scope_missing',
    ],
    [
      'a token in the query, which is not a source',
      `/v1/auth/nginx?token=${token}`,
      asked('GET', ORDER),
      401,
      'token_missing',
    ],
  ]
  for (const [name, path, headers, status, reason] of statuses) {
    it(`answers ${name} with ${status}`, async () => {
      const answer = await ask(path, headers)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('x-decision-reason')).toBe(reason)
      if (status !== 200) expect(answer.headers.get('x-auth-subject')).toBeNull()
    })
  }

  it('logs the first path without an endpoint, shortened, and no further one in the same minute', async () => {
    const another = await runService()
    const path = `/v1/auth/ngimx/${'x'.repeat(300)}`
    for (const target of [path, '/', '/v1/auth/nginx/nobody'])
      expect((await fetch(`${another.decisions}${target}?token=secret`)).status).toBe(404)
    const lines = another.lines.filter(({ event }) => event === 'unknown_endpoint')
    expect(lines.map(({ path }) => path)).toEqual([path.slice(0, 200)])
    await another.service.stop(0)
  })

  it('attack: logs no token of a path without an endpoint, as clients send through a proxy that passes paths on', async () => {
    const another = await runService()
    expect((await fetch(`${another.decisions}/reset/${token}/x`)).status).toBe(404)
    const [line] = another.lines.filter(({ event }) => event === 'unknown_endpoint')
    expect(line?.['path']).toBe('/reset/[redacted]/x')
    await another.service.stop(0)
  })

  for (const method of ['HEAD', 'OPTIONS', 'POST', 'DELETE']) {
    it(`judges the original method, whatever the question's own is (${method})`, async () => {
      expect((await ask('/v1/auth/nginx', asked('GET', ORDER), method)).status).toBe(401)
    })
  }

  const bodies: readonly (readonly [string, readonly string[]])[] = [
    ['Content-Length', ['Content-Length: 10']],
    ['Transfer-Encoding', ['Transfer-Encoding: chunked']],
  ]
  for (const [name, extra] of bodies) {
    it(`closes the connection when ${name} announces a body that is not read (desync)`, async () => {
      const smuggled = question(token)
      const sent = question('bad', extra) + smuggled
      const { text, closedByServer } = await exchange(running.decisionsPort, sent, () => false)
      expect(closedByServer).toBe(true)
      expect(text.toLowerCase()).toContain('connection: close')
      // The bytes behind the head are not a request: they get no second decision.
      expect(statusesOf(text)).not.toContain(200)
      expect(running.lines.some((line) => line['event'] === 'unread_body')).toBe(true)
    })
  }

  for (const [name, extra] of bodies) {
    it(`closes the connection of an unknown path, too, when ${name} announces a body (desync)`, async () => {
      const sent = question('bad', extra).replace('/v1/auth/nginx', '/v1/auth/ngimx')
      // The body as it was announced, so that the next request begins where the runtime expects one.
      const body = name === 'Content-Length' ? '0123456789' : '0\r\n\r\n'
      const { text } = await exchange(running.decisionsPort, sent + body + question(token), () => false)
      expect(statusesOf(text)[0]).toBe(404)
      expect(text.toLowerCase()).toContain('connection: close')
      expect(statusesOf(text)).not.toContain(200)
    })
  }

  it('keeps the connection when there is no body', async () => {
    const two = question(token) + question(token)
    const { text } = await exchange(running.decisionsPort, two, (all) => statusesOf(all).length === 2)
    expect(statusesOf(text)).toEqual([200, 200])
  })

  const heads: readonly (readonly [string, string])[] = [
    [
      'Content-Length together with Transfer-Encoding',
      question(token, ['Content-Length: 3', 'Transfer-Encoding: chunked']),
    ],
    ['a folded header line', question(token, ['A: b', ' c'])],
    ['a head of 200 KiB', question(token, [`A: ${'a'.repeat(200_000)}`])],
    ['no Host', question(token).replace('Host: warder\r\n', '')],
  ]
  for (const [name, bytes] of heads) {
    it(`never allows ${name}`, async () => {
      const { text } = await exchange(running.decisionsPort, bytes, () => false)
      expect(statusesOf(text).every((status) => status >= 400)).toBe(true)
    })
  }

  it('reads a token of 60 KiB when it may', async () => {
    const answer = await ask('/v1/auth/nginx', asked('GET', ORDER, 'a'.repeat(60_000)))
    expect(answer.headers.get('x-decision-reason')).toBe('token_too_large')
  })

  it('refuses a repeated Authorization header', async () => {
    const bytes = question(token, [`Authorization: Bearer ${token}`])
    const { text } = await exchange(running.decisionsPort, bytes, (all) => all.endsWith('\r\n\r\n'))
    expect(text).toContain('token_multiple')
  })

  it('logs each denial on one line with its id, and no part of the token', async () => {
    const answer = await ask(
      '/v1/auth/nginx',
      asked('GET', `${ORDER}/${mint()}`, mint({}, 'another secret of 32 bytes long!')),
    )
    const id = answer.headers.get('x-decision-id') ?? ''
    const lines = running.lines.filter((line) => line['id'] === id)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      outcome: 'deny',
      reason: 'signature_invalid',
      status: 401,
      route: 'read',
      via: 'nginx',
    })
    expect(JSON.stringify(lines)).not.toContain('eyJ')
  })
})

describe('an endpoint of another contract', () => {
  for (const path of ['/auth', '/prüfen', '/a b', '/a|b^c', '/~a']) {
    it(`is found at ${path}`, async () => {
      const endpoint = `endpoints: [{ path: "${path}", dialect: jwtauthrequest, policy: read }]\n`
      const other = await runService(CONFIG + endpoint)
      expect((await fetch(`${other.decisions}${path}`)).status).toBe(403)
      await other.service.stop(0)
    })
  }
})

describe('the admin listener', () => {
  it('is alive and ready, and names config, listeners and issuers when asked', async () => {
    expect((await fetch(`${running.admin}/livez`)).status).toBe(200)
    const ready = await fetch(`${running.admin}/readyz?verbose`)
    expect(ready.status).toBe(200)
    const text = await ready.text()
    for (const part of ['[+] config', '[+] listener', '[+] issuer main: 1 key,', 'ready'])
      expect(text).toContain(part)
  })

  // What is no host at all is a bad request (RFC 9112 §3.2).
  const INVALID_HOSTS: readonly (readonly [host: string, status: number])[] = [
    ['a b', 400],
    ['[', 400],
    ['x/../y', 400],
    ['a:99999', 421],
    ['@', 400],
  ]
  for (const [host, status] of INVALID_HOSTS) {
    it(`answers ${status}, and no 5xx, to an invalid Host header (${host})`, async () => {
      const port = Number(running.admin.split(':').at(-1))
      const { text } = await exchange(port, `GET /readyz?verbose HTTP/1.1\r\nHost: ${host}\r\n\r\n`, (all) =>
        all.includes('\r\n\r\n'),
      )
      expect(statusesOf(text)).toEqual([status])
      expect(text).not.toContain('[+] config')
    })
  }

  it('reports of each key when it was first seen and last used, and nothing of a secret', async () => {
    await ask('/v1/auth/nginx', asked('GET', ORDER, mint({ scope: 'orders:read' })))
    const answer = await fetch(`${running.admin}/v1/keys`)
    const text = await answer.text()
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const key = {
      type: 'HMAC 256 bits',
      algorithms: ['HS256'],
      thumbprint: null,
      inForce: true,
      firstSeen: time,
      lastUsed: time,
    }
    expect(JSON.parse(text)).toMatchObject({
      schema: 'warder.keys/v1',
      issuers: [{ name: 'main', state: 'fresh', keys: [key] }],
    })
    expect(text).not.toContain(SECRET)
  })

  it('answers 404 on every other path', async () => {
    expect((await fetch(`${running.admin}/v1/auth/nginx`)).status).toBe(404)
  })
})
