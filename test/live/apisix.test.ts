/** The Lua function of the text for APISIX, in a real nginx that keeps every field, before the application. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFields } from '../../src/callers/apisix/remove-fields.ts'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../src/syntax/override-fields.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startEchoApp, type EchoApp } from '../support/live/echo-app.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { startProgram } from '../support/live/child-program.ts'
import { isListening } from '../support/live/loopback.ts'
import { wrapHttp } from '../support/live/nginx.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_http_lua_module.so'
const NDK = '/usr/lib/nginx/modules/ndk_http_module.so'

/** As APISIX (3.18): \`underscores_in_headers on\`, and \`core.request.set_header\` is nginx's. */
const site = (port: number, app: number, file: string): string => `
underscores_in_headers on;
ignore_invalid_headers off;
init_by_lua_block {
  package.loaded["apisix.core"] = { request = {
    set_header = function(_, name, value) ngx.req.set_header(name, value) end } }
  warder = loadstring(io.open("${file}"):read("*a"))()
}
server {
  listen 127.0.0.1:${port};
  location / {
    rewrite_by_lua_block { warder({}, {}) }
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $http_connection;
    proxy_pass http://127.0.0.1:${app};
  }
}
`

liveSuite('the Lua function for APISIX', ['nginx', 'nginx-lua'], () => {
  const cleanup = createCleanup()
  let app: EchoApp
  let port = 0
  beforeAll(async () => {
    app = await startEchoApp(cleanup)
    port = await freePort()
    const dir = createTempDir(cleanup)
    writeFileSync(join(dir, 'warder.lua'), removeFields(['X-Auth-Subject']))
    const config = `load_module ${NDK};\nload_module ${MODULE};\n${wrapHttp(site(port, app.port, join(dir, 'warder.lua')), dir)}`
    writeFileSync(join(dir, 'nginx.conf'), config)
    const nginx = startProgram(['nginx', '-c', join(dir, 'nginx.conf')])
    cleanup.add(() => nginx.stop())
    await nginx.ready(`nginx on port ${port}`, async () => (await isListening(port)) || undefined)
  })
  afterAll(() => cleanup.run())

  const received = async (headers: NonNullable<RawRequest['headers']>) => {
    expect((await ask(port, { headers })).status).toBe(200)
    return app.received.at(-1)
  }

  for (const separator of ['-', '_', '.', '~', '!']) {
    it(`removes every field with ${separator} in its name that a client may not send, twice too`, async () => {
      const names = [
        'X-Auth-Subject',
        'X-Decision-Id',
        ...OVERRIDE_FIELDS.map(({ name }) => name),
        ...PROXY_FIELDS,
      ]
      for (let i = 0; i < names.length; i += 40) {
        const headers = names
          .slice(i, i + 40)
          .flatMap((name) => [name, name.toLowerCase()])
          .map((name) => [name.replaceAll('-', separator), 'planted'] as const)
        const request = await received([...headers, ['X-Mine', 'planted']])
        const planted = request?.headers.filter(([, value]) => value === 'planted').map(([name]) => name)
        expect(planted).toEqual(['X-Mine'])
      }
    })
  }

  it('keeps a WebSocket, and no other change of protocol, and nothing else in Connection', async () => {
    const kept = await received([
      ['Upgrade', 'WebSocket'],
      ['Connection', 'Upgrade, X-Auth-Subject'],
    ])
    expect([kept?.values('Upgrade'), kept?.values('Connection')]).toEqual([['websocket'], ['upgrade']])
    for (const upgrade of ['h2c', 'websocket, h2c', 'TLS/1.2']) {
      const request = await received([
        ['Upgrade', upgrade],
        ['Connection', 'Upgrade'],
      ])
      expect([request?.values('Upgrade'), request?.values('Connection')]).toEqual([[], []])
    }
  })
})
