import { afterEach, describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'
import { runGateway, startRawUpstream, type UpstreamRequest } from '../../support/run-gateway.ts'
import { loadGood } from '../../config/load-text.ts'
import { DOCUMENT } from './goma-config.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** What the auth service of the test answers. */
const judge = (request: UpstreamRequest): string => {
  const [token = ''] = request.values('authorization')
  if (token === 'Bearer good')
    return 'HTTP/1.1 200 OK\r\nuserId: alice\r\nuserCountryId: NL\r\nContent-Length: 0\r\n\r\n'
  const [status, more] =
    token === 'Bearer poor'
      ? ['403 Forbidden', '']
      : token === 'Bearer away'
        ? ['302 Found', 'Location: /login\r\n']
        : ['401 Unauthorized', 'WWW-Authenticate: Bearer realm="auth"\r\n']
  return `HTTP/1.1 ${status}\r\n${more}Content-Length: 0\r\n\r\n`
}

/** The configuration of Goma's document, converted so that its listeners can be anywhere. */
async function start() {
  const app = await startRawUpstream(cleanup)
  const auth = await startRawUpstream(cleanup, (request, socket) => void socket.write(judge(request)))
  const middlewares = DOCUMENT.replace('https://www.example.com', auth.url)
  const goma = `gateway:
  entryPoints: { web: { address: "127.0.0.1:0" } }
  routes:
    - { name: svc, path: /svc, rewrite: /, destination: "${app.url}/", middlewares: [google-auth, closed] }
${middlewares}  - { name: closed, type: access, paths: [/internal/*] }
`
  const text = convertConfig(await loadGood(goma))
  const listeners = text.replace(/^listen: \{ /m, 'listen: { decisions: 127.0.0.1:0, admin: off, ')
  return { app, auth, gateway: await runGateway(listeners, cleanup) }
}

const bearer = (token: string): [string, string][] => [['Authorization', `Bearer ${token}`]]

describe("the example of Goma's document, from the gateway to the application", () => {
  it('hands what the auth service answers to the application, and nothing that a client made up', async () => {
    const { app, auth, gateway } = await start()
    const headers: [string, string][] = [
      ...bearer('good'),
      ['X-Auth-UserId', 'root'],
      ['x_auth_userid', 'root'],
    ]
    const answer = await ask(gateway.port, { target: '/svc/protected-access?countryId=XX&b=1', headers })
    expect(answer.status).toBe(200)
    const [request] = app.received
    expect(request?.target).toBe('/protected-access?b=1&countryId=NL')
    expect(request?.values('x-auth-userid')).toEqual(['alice'])
    expect(request?.values('x-auth-usercountryid')).toEqual(['NL'])
    expect(request?.values('x_auth_userid')).toEqual([])
    expect(request?.values('authorization')).toEqual(['Bearer good'])
    expect(auth.received.map(({ method, target }) => [method, target])).toEqual([['GET', '/auth/access']])
  })

  /** What is asked, with which token, the status, and whether the auth service and the application hear of it. */
  const CASES: readonly (readonly [string, string, string | undefined, number, number, number])[] = [
    ['a second entry', '/svc/example-of-jwt', 'good', 200, 1, 1],
    ['a required header that is missing', '/svc/protected-access', undefined, 403, 0, 0],
    ['a token that the service does not know', '/svc/protected-access', 'bad', 401, 1, 0],
    ['a token that may not', '/svc/protected-access', 'poor', 403, 1, 0],
    ['a redirect of the service', '/svc/protected-access', 'away', 502, 1, 0],
    ['a final slash', '/svc/protected-access/', undefined, 403, 0, 0],
    ['another spelling', '/svc/%70rotected-access', undefined, 403, 0, 0],
    ['two slashes', '/svc//protected-access', undefined, 403, 0, 0],
    ['a path beside', '/svc/protected-accessXYZ', undefined, 200, 0, 1],
    ['a path below, without a token', '/svc/protected-access/x', undefined, 403, 0, 0],
    ['a path below', '/svc/protected-access/x', 'good', 200, 1, 1],
    ['another letter case', '/svc/Protected-Access/x', undefined, 403, 0, 0],
    ['another letter case, with a token', '/svc/PROTECTED-ACCESS', 'good', 403, 0, 0],
    ['an open path', '/svc/a%20b', undefined, 200, 0, 1],
    ['the path of the route', '/svc', undefined, 200, 0, 1],
    ['a closed path', '/svc/internal/x', 'good', 403, 0, 0],
    ['a path beside the route', '/svcs', undefined, 403, 0, 0],
  ]
  for (const [what, target, token, status, asked, reached] of CASES) {
    it(`answers ${status}: ${what}`, async () => {
      const { app, auth, gateway } = await start()
      const answer = await ask(gateway.port, { target, headers: token === undefined ? [] : bearer(token) })
      expect([answer.status, auth.received.length, app.received.length]).toEqual([status, asked, reached])
      const path = target.slice('/svc'.length) || '/'
      if (reached === 1) expect(app.received[0]?.target).toBe(path + (asked === 1 ? '?countryId=NL' : ''))
    })
  }
})
