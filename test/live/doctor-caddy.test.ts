/** `warder doctor` at a Caddy that is configured by hand, carefully and less so. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../src/syntax/override-fields.ts'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup, type Cleanup } from '../support/live/cleanup.ts'
import { everythingPasses, examine, startEchoServer, type Examined } from '../support/live/doctor-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startWarder } from '../support/live/warder.ts'
import { mint } from '../support/mint.ts'
import { CONFIG } from '../support/run-service.ts'

/** @param lines Before Warder is asked. */
const caddyfile = (port: number, warder: number, app: number, lines: readonly string[]): string => `{
	admin off
	auto_https off
}
http://:${port} {
	bind 127.0.0.1
	route {
${lines.map((line) => `\t\t${line}\n`).join('')}
		forward_auth 127.0.0.1:${warder} {
			uri /v1/auth/forward
			copy_headers X-Auth-Subject X-Auth-Roles
		}
		reverse_proxy 127.0.0.1:${app}
	}
}
`

const remove = (name: string): string => `request_header -${name}`

/** What keeps Caddy from handing on what clients wrote. */
const CAREFUL: readonly string[] = [
  // X_Auth_Subject and X.Auth.Subject, and everything else that applications read as another name.
  ...['_', '.', '!', '~', '+'].map((character) => remove(`*${character}*`)),
  remove('X-Auth-*'),
  ...[...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS].map(remove),
  '@websocket header Upgrade websocket',
  '@other not header Upgrade websocket',
  // One value: `Upgrade: h2c` in a second line is gone.
  'request_header @websocket Upgrade websocket',
  'request_header @websocket Connection Upgrade',
  'request_header @other -Connection',
]

async function startCaddy(lines: readonly string[], cleanup: Cleanup): Promise<number> {
  const warder = await startWarder(CONFIG, cleanup)
  const port = await freePort()
  const file = join(createTempDir(cleanup), 'Caddyfile')
  writeFileSync(file, caddyfile(port, warder.port, startEchoServer(cleanup), lines))
  const caddy = startProgram(['caddy', 'run', '--adapter', 'caddyfile', '--config', file])
  cleanup.add(() => caddy.stop())
  await caddy.ready(`Caddy on port ${port}`, async () => (await isListening(port)) || undefined)
  return port
}

liveSuite('warder doctor at Caddy, configured by hand', ['caddy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  const ask = async (lines: readonly string[]): Promise<Examined> => {
    const port = await startCaddy(lines, cleanup)
    return examine({ port, token: mint({ scope: 'orders:read' }), configText: CONFIG }, cleanup)
  }

  it('passes every probe with a careful configuration', async () => {
    const examined = await ask(CAREFUL)
    everythingPasses(examined, 45)
    expect(examined.report.proxy).toBe('caddy')
  })

  it('names everything that a usual configuration forgets', async () => {
    const examined = await ask([])
    expect(examined.with('fail').map((text) => text.split(':')[0])).toEqual([
      'identity-underscore',
      'identity-dot',
      'connection-identity',
      'identity-of-others',
      'override-method',
      'override-target',
      'override-host',
      'override-scheme',
      'override-address',
      'override-certificate',
      'override-underscore',
      'proxy-fields',
      'upgrade',
    ])
    expect(examined.probe('override-method').fix).toContain('request_header -X-Method-Override')
  })

  const forgotten: readonly (readonly [line: string, probe: string])[] = [
    [remove('*_*'), 'identity-underscore'],
    [remove('*.*'), 'identity-dot'],
    [remove('X-Rewrite-URL'), 'override-target'],
    ['request_header @other -Connection', 'connection-identity'],
    ['request_header @websocket Upgrade websocket', 'upgrade'],
  ]
  for (const [line, probe] of forgotten) {
    it(`fails ${probe} without the line ${line}`, async () => {
      const examined = await ask(CAREFUL.filter((one) => one !== line))
      expect([examined.code, examined.probe(probe).result]).toEqual([5, 'fail'])
    })
  }
})
