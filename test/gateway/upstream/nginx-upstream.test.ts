import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { freePort } from '../../support/live/loopback.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { startNginx } from '../../support/live/nginx.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
let url = ''

/** It answers with what it understood of the request. */
const site = (port: number): string => `server {
  listen 127.0.0.1:${port};
  client_max_body_size 64m;
  location /public/ { return 200 "$request_method $request_uri $http_x_forwarded_for"; }
  location /public/large { alias /dev/null; }
  location /public/none { return 204; }
  location /public/moved { return 302 /elsewhere; }
  location /orders/ { return 200 "$http_x_auth_subject"; }
}
`

liveSuite('nginx as the upstream', ['nginx'], () => {
  beforeAll(async () => {
    const port = await freePort()
    await startNginx(site(port), port, cleanup)
    url = (await runGateway(gatewayConfig([`http://127.0.0.1:${port}`]), cleanup)).url
  })
  afterAll(() => cleanup.run())

  it('understands what is forwarded', async () => {
    const response = await fetch(`${url}/public/a%20b?c='d'`)
    expect(await response.text()).toBe('GET /public/a%20b?c=%27d%27 127.0.0.1')
  })

  it('is given the address of the client', async () => {
    const authorization = `Bearer ${mint({ scope: 'orders:read', sub: 'bob' })}`
    expect(await (await fetch(`${url}/orders/1`, { headers: { authorization } })).text()).toBe('bob')
  })

  it('is asked again and again on connections that it keeps', async () => {
    for (let i = 0; i < 20; i++) {
      expect((await fetch(`${url}/public/none`)).status).toBe(204)
      expect((await fetch(`${url}/public/`, { method: 'HEAD' })).status).toBe(200)
      const posted = await fetch(`${url}/public/`, { method: 'POST', body: 'x'.repeat(i * 1000) })
      expect(await posted.text()).toStartWith('POST ')
    }
  })

  it('may redirect; the client decides whether to follow', async () => {
    const response = await fetch(`${url}/public/moved`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')?.endsWith('/elsewhere')]).toEqual([302, true])
  })
})
