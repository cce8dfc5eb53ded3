/** `warder doctor` at sound sites: through nginx, the gateway, and both with TLS and HTTP/2. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { PROBES } from '../../src/cli/doctor/probes/probes.ts'
import { runWarder } from '../cli/run-warder.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import {
  everythingPasses,
  examine,
  startEchoServer,
  type DoctorAsk,
  type Examined,
} from '../support/live/doctor-site.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig, runGateway } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

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
    // Without `--server`, nobody is asked for the client in the log.
    const asked = PROBES.filter(({ name }) => name !== 'client-address')
    expect(lines.filter((line) => /^(?:pass|unknown) {2,5}\S/.test(line)).length).toBe(asked.length)
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
