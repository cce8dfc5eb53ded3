/** `warder doctor` at sound sites: through nginx, nginx with TLS and HTTP/2, the gateway, and Caddy. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../src/syntax/override-fields.ts'
import { PROBES } from '../../src/cli/doctor/probes/probes.ts'
import { runWarder } from '../cli/run-warder.ts'
import { createCleanup, type Cleanup } from '../support/live/cleanup.ts'
import { examine, startEchoServer, type DoctorAsk, type Examined } from '../support/live/doctor-site.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startWarder } from '../support/live/warder.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig, runGateway } from '../support/run-gateway.ts'
import { CONFIG } from '../support/run-service.ts'
import { createTestCa } from '../support/test-ca.ts'

/** Everything passes, and each probe was tried. */
function everythingPasses(examined: Examined, count: number): void {
  expect([...examined.with('fail'), ...examined.with('warning'), ...examined.with('unknown')]).toEqual([])
  expect([examined.code, examined.report.has_echo]).toEqual([0, true])
  expect(examined.report.probes.length).toBeGreaterThanOrEqual(count)
}

liveSuite('warder doctor at the printed nginx text', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  let bare: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { upstream: `127.0.0.1:${startEchoServer(cleanup)}` })
    bare = await startGuardedSite(cleanup)
  })
  afterAll(() => cleanup.run())
  const ask = (more: Partial<DoctorAsk> = {}): Promise<Examined> =>
    examine({ port: site.port, token: site.mint(), configText: site.configText, ...more }, cleanup)

  it('passes every probe', async () => {
    const examined = await ask()
    everythingPasses(examined, 45)
    expect(examined.report.proxy).toBe('nginx')
  })

  it('prints one line for each probe, and what would make the others exact', async () => {
    const files = createTempDir(cleanup)
    writeFileSync(join(files, 'token'), bare.mint())
    writeFileSync(join(files, 'warder.yaml'), bare.configText)
    const { code, stdout, stderr } = await runWarder([
      'doctor',
      'http://api.example.com/orders/1?x=secret',
      '--connect',
      `127.0.0.1:${bare.port}`,
      '--token-file',
      join(files, 'token'),
      '-c',
      join(files, 'warder.yaml'),
    ])
    expect([code, stderr]).toEqual([10, ''])
    const [head, ...lines] = stdout.split('\n')
    expect(head).toMatch(
      /^http:\/\/api\.example\.com\/orders\/1 {3}proxy nginx {3}config [0-9a-f]{7} {3}with a token {3}no echo behind it$/,
    )
    expect(lines).toContain(`pass     ${'no token'.padEnd(42)}  401 token_missing, 401 scheme_not_bearer`)
    expect(lines.filter((line) => /^(?:pass|unknown) {2,5}\S/.test(line)).length).toBe(PROBES.length)
    expect(stdout).toMatch(
      /\nlatency {2}denials median [\d.]+ ms, p99 [\d.]+ ms \(50\); allows median [\d.]+ ms, p99 [\d.]+ ms \(50\)\n\d+ passed, \d+ unknown\n {9}\d+ of them would be exact with `warder echo` behind the proxy, in place of the application\n$/,
    )
    expect(stdout).not.toMatch(/eyJ|secret/)
  })

  it('without a configuration, does not know which headers are identity', async () => {
    const { code, with: results } = await ask({ configText: undefined })
    expect([code, results('fail')]).toEqual([10, []])
    expect(results('unknown').map((text) => text.split(':')[0])).toEqual([
      'identity',
      'connection-identity',
      'method-judged',
    ])
  })

  it('without a token, proves that nothing gets in, and nothing more', async () => {
    const { code, probe, with: results } = await ask({ token: undefined })
    expect([code, results('fail')]).toEqual([10, []])
    for (const name of ['no-token', 'garbage-token', 'origin-fields', 'path-dots', 'desync'])
      expect(probe(name).result).toBe('pass')
    for (const name of ['tampered-token', 'identity', 'upgrade', 'override-method'])
      expect([probe(name).result, probe(name).exact_with]).toEqual([
        'unknown',
        'a token that this path accepts: --token-file FILE',
      ])
  })

  it('without an echo, passes nothing that it cannot see', async () => {
    const request = { port: bare.port, token: bare.mint(), configText: bare.configText }
    const { code, probe, with: results } = await examine(request, cleanup)
    expect([code, results('fail'), results('warning')]).toEqual([10, [], []])
    for (const name of ['no-token', 'token-accepted', 'tampered-token', 'origin-fields', 'desync'])
      expect([name, probe(name).result]).toEqual([name, 'pass'])
    for (const name of [
      'identity',
      'identity-underscore',
      'override-method',
      'upgrade',
      'two-hosts',
      'trace',
    ])
      expect([name, probe(name).result, probe(name).exact_with]).toEqual([
        name,
        'unknown',
        '`warder echo` behind the proxy, in place of the application',
      ])
  })

  it('says that nothing can be proven on a path that is public in the configuration', async () => {
    const flags = ['--path', '/public/1']
    const { code, stderr } = await ask({ flags }).catch(() => ({ code: 0, stderr: '' }))
    expect([code, stderr.includes('this path is public')]).toEqual([2, true])
  })

  it('fails on a path that turns out to be public', async () => {
    const { code, probe } = await ask({ configText: undefined, flags: ['--path', '/public/1'] })
    expect([code, probe('no-token').result, probe('garbage-token').result]).toEqual([5, 'fail', 'unknown'])
    expect(probe('identity-of-others').result).toBe('pass')
  })

  it('with a token that is denied, proves nothing that needs one', async () => {
    const { code, probe } = await ask({ token: site.mint({ scope: 'other' }) })
    expect([code, probe('token-accepted').saw, probe('identity').result]).toEqual([
      10,
      '403 scope_missing',
      'unknown',
    ])
  })
})

liveSuite('warder doctor at nginx without Warder', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  it('ends with 6', async () => {
    const site = await startGuardedSite(cleanup)
    await site.warder.stop()
    const { code, stderr } = await examine({ port: site.port, configText: site.configText }, cleanup)
    expect([code, stderr.includes('cannot ask Warder: 503 proxy_error')]).toEqual([6, true])
  })
})

liveSuite('warder doctor at nginx with TLS and HTTP/2', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  const start = (edit: (text: string) => string): Promise<GuardedSite> => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('api.example.com')
    writeFileSync(caFile, ca.ca)
    const secure = (text: string): string =>
      text.replace(
        /listen (127[^;]+);/,
        `listen $1 ssl http2; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`,
      )
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    return startGuardedSite(cleanup, { upstream, editSnippet: (text) => edit(secure(text)) })
  }
  const caFile = join(createTempDir(cleanup), 'ca.pem')
  const url = 'https://api.example.com/orders/1'
  const ask = ({ port, configText, ...site }: GuardedSite): Promise<Examined> =>
    examine({ url, port, token: site.mint(), configText, flags: ['--ca', caFile] }, cleanup)

  it('tries both versions, and passes every probe', async () => {
    const examined = await ask(await start((text) => text))
    everythingPasses(examined, 58)
    expect(examined.probe('identity-underscore-http2').result).toBe('pass')
  })

  it('fails over HTTP/2 too', async () => {
    const { code, probe } = await ask(
      await start((text) => text.replace('underscores_in_headers off', 'underscores_in_headers on')),
    )
    expect([code, probe('identity-underscore-http2').result]).toEqual([5, 'fail'])
  })

  it('does not ask a site whose certificate is not trusted', async () => {
    const site = await start((text) => text)
    const { code, stderr } = await examine({ url, port: site.port, configText: site.configText }, cleanup)
    expect([code, stderr.includes('--ca FILE')]).toEqual([6, true])
  })
})

describe('warder doctor at the gateway', () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  it('passes every probe', async () => {
    const configText = gatewayConfig([`http://127.0.0.1:${startEchoServer(cleanup)}`])
    const { port } = await runGateway(configText, cleanup)
    const token = mint({ scope: 'orders:read' })
    const examined = await examine({ port, token, configText }, cleanup)
    everythingPasses(examined, 45)
    expect(examined.report.proxy).toBe('gateway')
  })
})

describe('warder doctor at the gateway with TLS and HTTP/2', () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  it('tries both versions, and passes every probe', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('api.example.com')
    const caFile = join(createTempDir(cleanup), 'ca.pem')
    writeFileSync(caFile, ca.ca)
    const listen = `tls: [{ cert_file: ${certFile}, key_file: ${keyFile} }]`
    const configText = gatewayConfig([`http://127.0.0.1:${startEchoServer(cleanup)}`], { listen })
    const { port } = await runGateway(configText, cleanup)
    const url = 'https://api.example.com/orders/1'
    const token = mint({ scope: 'orders:read' })
    everythingPasses(await examine({ url, port, token, configText, flags: ['--ca', caFile] }, cleanup), 58)
  })
})

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
  remove('*_*'),
  remove('*.*'),
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
