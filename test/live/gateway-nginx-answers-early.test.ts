/** A real nginx behind the gateway that answers before it has read, and closes when it has had enough. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGatewayLoad } from '../support/live/gateway-load.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { startNginx } from '../support/live/nginx.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { gatewayConfig } from '../support/run-gateway.ts'

/** It takes small bodies, and ten requests on a connection. */
const site = (port: number): string => `server {
  listen 127.0.0.1:${port};
  client_max_body_size 1m;
  keepalive_requests 10;
  location / { return 200 "$uri"; }
}
`

liveSuite('an nginx that has had enough', ['nginx', 'curl'], () => {
  const cleanup = createCleanup()
  const ports = { nginx: 0, gateway: 0 }

  beforeAll(async () => {
    ports.nginx = await freePort()
    await startNginx(site(ports.nginx), ports.nginx, cleanup)
    const config = gatewayConfig([`http://127.0.0.1:${ports.nginx}`])
    ports.gateway = (await startServedGateway(config, cleanup)).port
  })
  afterAll(() => cleanup.run())

  for (const framing of ['Content-Length', 'Transfer-Encoding: chunked']) {
    it(`answers curl as without a gateway while the body is still on its way (${framing})`, async () => {
      const file = join(createTempDir(cleanup), 'large')
      writeFileSync(file, Buffer.alloc(32 * 1024 ** 2, 'x'))
      const statusAt = async (port: number): Promise<string> => {
        const chunked = framing === 'Content-Length' ? [] : ['-H', framing]
        const quiet = ['-sS', '--max-time', '20', '-o', '/dev/null', '-w', '%{http_code}']
        const url = `http://127.0.0.1:${port}/public/large`
        const child = startProgram(['curl', ...quiet, '-H', 'Expect:', ...chunked, '-T', file, url])
        await child.exited
        return child.output()
      }
      const direct = await statusAt(ports.nginx)
      expect(direct).toBe(framing === 'Content-Length' ? '413' : '200')
      for (let round = 0; round < 5; round++) expect(await statusAt(ports.gateway)).toBe(direct)
    })
  }

  it('closes connections again and again, and no request notices', async () => {
    const sorts = { GET: {}, POST: { method: 'POST', body: 'x'.repeat(5_000) } }
    const load = startGatewayLoad(ports.gateway, 16, { path: '/public', sorts })
    await load.more(3_000)
    await load.stop()
    const isWhole = (target: string, fate: (typeof load.sent)[number]['fate']): boolean =>
      fate.kind === 'whole' && fate.status === 200 && fate.body === target
    expect({
      counts: load.counts(),
      wrong: load.sent.filter(({ target, fate }) => !isWhole(target, fate)),
      connections: load.connections(),
    }).toMatchObject({ wrong: [], connections: 16 })
  })
})
