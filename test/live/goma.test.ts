/**
 * The example of Goma's document in `warder serve -c goma.yml`: a gateway of its own process, an auth service that
 * verifies tokens, and an application that shows what it received.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { jwtVerify } from 'jose'
import { DOCUMENT } from '../compat/goma/goma-config.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask, type RawResponse } from '../support/live/raw-client.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { startRawUpstream } from '../support/run-gateway.ts'
import { SECRET } from '../support/run-service.ts'
import { liveSuite } from '../support/live/live-suite.ts'

/** A file of Goma has no address for decisions. */
const ANY_PORT = join(import.meta.dir, '../support/live/any-port.ts')

/** What the application reports to have received. */
interface Shown {
  readonly startLine: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

interface Asked {
  readonly line: string
  readonly headers: Headers
  readonly body: string
}

liveSuite("`warder serve` with the example of Goma's document", [], () => {
  const cleanup = createCleanup()
  const asked: Asked[] = []
  let port = 0

  beforeAll(async () => {
    const app = await startRawUpstream(cleanup, ({ startLine, headers, body }, socket) => {
      const shown = JSON.stringify({ startLine, headers, body })
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(shown)}\r\n\r\n${shown}`)
    })
    const config = `gateway:
  entryPoints: { web: { address: "127.0.0.1:0" } }
  routes:
    - { name: shop, path: /shop, rewrite: /, destination: "${app.url}", middlewares: [google-auth] }
${DOCUMENT.replace('https://www.example.com', startAuthService())}`
    port = (await startServedGateway(config, cleanup, 'goma.yml', ANY_PORT)).port
  })
  afterAll(() => cleanup.run())

  /** Like the one of the document: 200, 401 or 403 by the token, and who it is in the answer's headers. */
  function startAuthService(): string {
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        const line = `${request.method} ${pathname}${search}`
        asked.push({ line, headers: request.headers, body: await request.text() })
        const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
        const verified = await jwtVerify(token, Buffer.from(SECRET)).catch(() => undefined)
        if (verified === undefined)
          return new Response('no', { status: 401, headers: { 'www-authenticate': 'Bearer realm="auth"' } })
        const { sub = '', country, scope } = verified.payload
        if (scope === 'nothing') return new Response('no', { status: 403 })
        return new Response('ignored', { headers: { userId: sub, userCountryId: String(country) } })
      },
    })
    cleanup.add(() => server.stop(true))
    return `http://127.0.0.1:${server.port}`
  }

  const request = (
    target: string,
    token: string | undefined,
    more: readonly (readonly [string, string])[] = [],
    body?: string,
  ): Promise<RawResponse> => {
    const headers = [...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]), ...more]
    return ask(port, { target, headers, ...(body === undefined ? {} : { method: 'POST', body }) })
  }
  const shownBy = ({ body }: RawResponse) => {
    const { startLine, headers, body: received } = JSON.parse(body) as Shown
    const values = (wanted: string): readonly string[] =>
      headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
    return { startLine, names: headers.map(([name]) => name.toLowerCase()), values, received }
  }

  it('passes on the user that the auth service names, in headers and in the query, and what the client sent', async () => {
    const token = mint({ country: 'NL' })
    const forged = [
      ['X-Auth-UserId', 'root'],
      ['x_auth_userid', 'root'],
    ] as const
    const response = await request('/shop/protected-access?countryId=XX&q=%41', token, forged, 'the body')
    expect(response.status).toBe(200)
    const { startLine, names, values, received } = shownBy(response)
    expect(startLine).toBe('POST /protected-access?q=%41&countryId=NL HTTP/1.1')
    expect(values('x-auth-userid')).toEqual(['alice'])
    expect(values('x-auth-usercountryid')).toEqual(['NL'])
    expect(names).not.toContain('x_auth_userid')
    expect(values('authorization')).toEqual([`Bearer ${token}`])
    expect(received).toBe('the body')

    const question = asked.at(-1)
    expect([question?.line, question?.body]).toEqual(['GET /auth/access', ''])
    expect(question?.headers.get('x-original-method')).toBe('POST')
    expect(question?.headers.get('x-original-url')).toContain('/shop/protected-access?countryId=XX&q=%41')
  })

  it('gives the client the 401 and the challenge of the auth service, and its 403', async () => {
    const refused = await request('/shop/example-of-jwt', `${mint().slice(0, -4)}AAAA`)
    expect([refused.status, refused.values('www-authenticate')]).toEqual([401, ['Bearer realm="auth"']])
    expect((await request('/shop/example-of-jwt', mint({ scope: 'nothing' }))).status).toBe(403)
  })

  it('is 403 without the required header, and the auth service is not asked', async () => {
    const before = asked.length
    expect((await request('/shop/protected-access', undefined)).status).toBe(403)
    expect(asked.length).toBe(before)
  })

  it('lets everybody in beside the protected paths, with the rest of the path alone', async () => {
    const response = await request('/shop/a%20b?c', undefined, [['X-Auth-UserId', 'root']])
    const { startLine, names } = shownBy(response)
    expect(startLine).toBe('GET /a%20b?c HTTP/1.1')
    expect(names).not.toContain('x-auth-userid')
  })
})
