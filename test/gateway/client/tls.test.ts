import { afterEach, expect, it } from 'bun:test'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { forwardAuthConfig } from '../../support/forward-auth.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { createTempDir } from '../../support/live/temp-dir.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { exchange, statusesOf } from '../../support/raw-http.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'
import { loadOrThrow } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** A certificate that vouches for itself, made by the real tool. */
async function makeCertificate(dir: string, name: string, file: string = name): Promise<string> {
  const out = ['-keyout', join(dir, `${file}.key`), '-out', join(dir, `${file}.crt`)]
  const what = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2', '-nodes']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const made = Bun.spawn(['openssl', 'req', '-x509', ...kind, ...what, ...out], {
    stdout: 'ignore',
    stderr: 'ignore',
  })
  if ((await made.exited) !== 0) throw new Error('openssl failed')
  return join(dir, `${file}.crt`)
}

const tlsOf = (dir: string, ...files: readonly string[]): string =>
  `tls: [${files.map((file) => `{ cert_file: ${dir}/${file}.crt, key_file: ${dir}/${file}.key }`).join(', ')}]`

interface Answer {
  readonly subject: string
  readonly text: string
}

/** One request over TLS, with the certificate that was shown. */
function askTls(port: number, options: ConnectionOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
    cleanup.add(() => void socket.destroy())
    let text = ''
    socket.on(
      'secureConnect',
      () => void socket.write('GET /public/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    )
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.endsWith('ok')) resolve({ subject: String(socket.getPeerCertificate().subject?.CN), text })
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed after ${text.length} bytes`)))
  })
}

liveSuite('the gateway over TLS', ['openssl'], () => {
  it('shows the certificate for the name that was asked for, else the first', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'a.example')
    await makeCertificate(dir, 'b.example')
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(
      gatewayConfig([app.url], { listen: tlsOf(dir, 'a.example', 'b.example') }),
      cleanup,
    )
    for (const [asked, shown] of [
      ['a.example', 'a.example'],
      ['b.example', 'b.example'],
      ['c.example', 'a.example'],
      ['', 'a.example'],
    ] as const) {
      const answer = await askTls(gateway.port, { servername: asked })
      expect(answer.subject, asked).toBe(shown)
      expect(answer.text).toStartWith('HTTP/1.1 200')
    }
    expect(app.received[0]?.values('x-forwarded-proto')).toEqual(['https'])
  })

  it('keeps the order of bytes that arrive while an answer is under way', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'a.example')
    const waiting: (() => void)[] = []
    const app = await startRawUpstream(cleanup, (_, to) => void waiting.push(() => void to.write(OK)))
    const gateway = await runGateway(gatewayConfig([app.url], { listen: tlsOf(dir, 'a.example') }), cleanup)
    const socket = connect({ host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false })
    cleanup.add(() => void socket.destroy())
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    await once(socket, 'secureConnect')
    socket.write('GET /public/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /pub')
    await waitFor('the first request', () => waiting.at(0))
    // Each in a TLS record of its own; some of them reach the gateway while it waits for the server.
    for (const part of ['lic/2 HT', 'TP/1.1\r\nHo', 'st: a\r\n\r', '\n']) {
      socket.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    waiting.at(0)?.()
    const hasTwo = (): true | undefined =>
      statusesOf(text).length > 1 || waiting.length > 1 ? true : undefined
    await waitFor('the second request', hasTwo)
    waiting.at(1)?.()
    await waitFor('both answers', () => (statusesOf(text).length > 1 ? true : undefined))
    expect(statusesOf(text)).toEqual([200, 200])
    expect(app.received.map(({ target }) => target)).toEqual(['/public/1', '/public/2'])
  })

  it('shows a renewed certificate after a reload', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'old.example', 'tls')
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url], { listen: tlsOf(dir, 'tls') })
    const gateway = await runGateway(config, cleanup)
    expect((await askTls(gateway.port, { servername: 'old.example' })).subject).toBe('old.example')
    await makeCertificate(dir, 'new.example', 'tls')
    gateway.service.swap(await loadOrThrow(config))
    for (const servername of ['new.example', ''])
      expect((await askTls(gateway.port, { servername })).subject).toBe('new.example')
  })

  it('asks for a certificate of the client if one is needed', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'a.example')
    const client = await makeCertificate(dir, 'client.example')
    const stranger = await makeCertificate(dir, 'stranger.example')
    const app = await startRawUpstream(cleanup)
    const listen = `${tlsOf(dir, 'a.example')}, client_ca_file: ${client}`
    const gateway = await runGateway(gatewayConfig([app.url], { listen }), cleanup)
    const shown = (file: string) => ({
      cert: readFileSync(file),
      key: readFileSync(file.replace('.crt', '.key')),
    })
    for (const servername of ['a.example', '']) {
      const good = await askTls(gateway.port, { servername, ...shown(client) })
      expect(good.text).toStartWith('HTTP/1.1 200')
      const seen = app.received.length
      expect(await askTls(gateway.port, { servername }).catch(() => 'refused')).toBe('refused')
      expect(await askTls(gateway.port, { servername, ...shown(stranger) }).catch(() => 'refused')).toBe(
        'refused',
      )
      expect(app.received.length).toBe(seen)
    }
  })

  it('does not speak plain HTTP beside it', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'a.example')
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], { listen: tlsOf(dir, 'a.example') }), cleanup)
    const { text } = await exchange(gateway.port, 'GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n', () => false)
    expect(text).not.toContain('200')
    expect(app.bytes()).toBe('')
  })

  it('is not started with a key of another certificate', async () => {
    const dir = createTempDir(cleanup)
    await makeCertificate(dir, 'a.example')
    await makeCertificate(dir, 'b.example')
    const listen = `tls: [{ cert_file: ${dir}/a.example.crt, key_file: ${dir}/b.example.key }]`
    const fault = await loadOrThrow(gatewayConfig(['http://127.0.0.1:1'], { listen })).catch(String)
    expect(fault).toContain('ERR_GATEWAY_CERTIFICATE')
  })
})

liveSuite('an https server', ['openssl'], () => {
  it('is trusted by its own authority and name, and receives the gateway’s certificate', async () => {
    const dir = createTempDir(cleanup)
    for (const name of ['localhost', 'other.example', 'warder.example']) await makeCertificate(dir, name)
    for (const [name, status] of [
      ['localhost', 200],
      ['other.example', 502],
    ] as const) {
      const tls = {
        cert: readFileSync(join(dir, `${name}.crt`)),
        key: readFileSync(join(dir, `${name}.key`)),
        ca: readFileSync(join(dir, 'warder.example.crt')),
        requestCert: true,
        rejectUnauthorized: true,
      }
      const server = Bun.serve({ hostname: '127.0.0.1', port: 0, tls, fetch: () => new Response('secret') })
      cleanup.add(() => server.stop(true))
      const client = `{ cert_file: ${dir}/warder.example.crt, key_file: ${dir}/warder.example.key }`
      const upstream = `ca_file: ${dir}/${name}.crt, client_certificate: ${client}`
      const gateway = await runGateway(
        gatewayConfig([`https://localhost:${server.port}`], { upstream }),
        cleanup,
      )
      for (let i = 0; i < 2; i++) expect((await fetch(`${gateway.url}/public/`)).status, name).toBe(status)
      const without = await runGateway(
        gatewayConfig([`https://localhost:${server.port}`], { upstream: `ca_file: ${dir}/${name}.crt` }),
        cleanup,
      )
      expect((await fetch(`${without.url}/public/`)).status).toBe(502)
    }
  })

  it('asks an auth service that its authority vouches for, and no other', async () => {
    const dir = createTempDir(cleanup)
    const app = await startRawUpstream(cleanup)
    for (const [name, status] of [
      ['localhost', 200],
      ['other.example', 502],
    ] as const) {
      await makeCertificate(dir, name)
      const url = serve(dir, name)
      for (const [more, expected] of [
        [`ca_file: ${dir}/${name}.crt`, status],
        ['', 502],
      ] as const) {
        const gateway = await runGateway(forwardAuthConfig(url, app.url, more), cleanup)
        expect((await fetch(`${gateway.url}/x`)).status, name).toBe(expected)
      }
    }
  })

  const serve = (dir: string, name: string): string => {
    const tls = { cert: Bun.file(join(dir, `${name}.crt`)), key: Bun.file(join(dir, `${name}.key`)) }
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, tls, fetch: () => new Response('secret') })
    cleanup.add(() => server.stop(true))
    return `https://localhost:${server.port}`
  }

  for (const name of ['localhost', 'other.example']) {
    it(`is not trusted with a certificate of an unknown authority (${name})`, async () => {
      const dir = createTempDir(cleanup)
      await makeCertificate(dir, name)
      const gateway = await runGateway(gatewayConfig([serve(dir, name)]), cleanup)
      const response = await fetch(`${gateway.url}/public/`)
      expect(response.status).toBe(502)
      expect(await response.text()).not.toContain('secret')
      expect(gateway.lines.find((line) => line['fault'] !== undefined)?.['detail']).toStartWith('TLS: ')
    })
  }
})
