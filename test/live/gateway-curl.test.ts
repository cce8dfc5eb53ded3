/** curl as the client of a gateway of its own process, over TLS and without. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig } from '../support/run-gateway.ts'
import { createTestCa, type TestCa } from '../support/test-ca.ts'

const LARGE_BYTES = 32 * 1024 ** 2
const GOOD = ['-H', `Authorization: Bearer ${mint({ scope: 'orders:read' })}`] as const
/** What curl writes about a transfer, in one line behind the answer. */
const SUMMARY = '%{http_code} %{http_version} %{size_download} %{size_upload} %{num_connects} %{exitcode}'

interface Way {
  readonly name: string
  readonly isTls: boolean
  readonly flags: readonly string[]
  /** As curl writes it. */
  readonly version: string
}

const WAYS: readonly Way[] = [
  { name: 'HTTP/1.1', isTls: false, flags: [], version: '1.1' },
  { name: 'TLS 1.3', isTls: true, flags: ['--http1.1', '--tlsv1.3'], version: '1.1' },
  { name: 'TLS 1.2', isTls: true, flags: ['--http1.1', '--tls-max', '1.2'], version: '1.1' },
  { name: 'HTTP/2', isTls: true, flags: ['--http2'], version: '2' },
  { name: 'HTTP/2 over TLS 1.2', isTls: true, flags: ['--http2', '--tls-max', '1.2'], version: '2' },
]

liveSuite('curl', ['curl', 'openssl'], () => {
  const cleanup = createCleanup()
  const uploads: string[] = []
  const ports = { plain: 0, tls: 0 }
  let ca: TestCa
  let large = ''
  let digest = ''

  beforeAll(async () => {
    const url = startApp()
    ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('localhost')
    const tls = JSON.stringify([{ cert_file: certFile, key_file: keyFile }])
    ports.plain = (await startServedGateway(gatewayConfig([url]), cleanup)).port
    ports.tls = (await startServedGateway(gatewayConfig([url], { listen: `tls: ${tls}` }), cleanup)).port
    large = join(createTempDir(cleanup), 'large')
    const content = Buffer.alloc(LARGE_BYTES, 'some content, ')
    writeFileSync(large, content)
    digest = new Bun.CryptoHasher('sha256').update(content).digest('hex')
  })
  afterAll(() => cleanup.run())

  function startApp(): string {
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const { pathname } = new URL(request.url)
        const subject = request.headers.get('x-auth-subject') ?? 'nobody'
        if (request.method === 'PUT') {
          const hasher = new Bun.CryptoHasher('sha256')
          for await (const chunk of request.body ?? []) hasher.update(chunk)
          uploads.push(hasher.digest('hex'))
          return new Response(null, { status: 201 })
        }
        if (pathname === '/orders/none') return new Response(null, { status: 204 })
        if (pathname === '/orders/same') return new Response(null, { status: 304, headers: { etag: '"a"' } })
        return new Response(subject)
      },
    })
    cleanup.add(() => server.stop(true))
    return `http://127.0.0.1:${server.port}`
  }

  /** Runs curl and waits for its end. @returns What it wrote. */
  const curl = async (...args: readonly string[]): Promise<string> => {
    const child = startProgram(['curl', '-sS', '--max-time', '60', ...args])
    await child.exited
    return child.output()
  }

  for (const { name, isTls, flags, version } of WAYS) {
    const via = (): readonly string[] => [...flags, ...(isTls ? ['--cacert', ca.caFile] : [])]
    const at = (path: string): string =>
      `${isTls ? 'https' : 'http'}://localhost:${isTls ? ports.tls : ports.plain}${path}`

    it(`is let in with a token, and not without (${name})`, async () => {
      const summary = ['-w', ` ${SUMMARY}`] as const
      expect(await curl(...via(), ...GOOD, ...summary, at('/orders/1'))).toBe(`alice 200 ${version} 5 0 1 0`)
      const denied = await curl(...via(), '-o', '/dev/null', '-w', '%{http_code}', at('/orders/1'))
      expect(denied).toBe('401')
    })

    it(`keeps its connection from one request to the next (${name})`, async () => {
      const each = ['-o', '/dev/null', '-w', '%{http_code} %{num_connects} ']
      const urls = ['/orders/1', '/orders/none', '/orders/same', '/nowhere', '/orders/2'].flatMap(
        (path, i) => [...(i === 0 ? [] : ['--next', '-sS']), ...via(), ...GOOD, ...each, at(path)],
      )
      expect(await curl(...urls)).toBe('200 1 204 0 304 0 403 0 200 0 ')
    })

    it(`gets the head alone of HEAD, 204 and 304 (${name})`, async () => {
      const head = await curl(...via(), ...GOOD, '-I', at('/orders/1'))
      expect(head).toMatch(/^HTTP\/[\d.]+ 200/)
      expect(head.toLowerCase()).toContain('content-length: 5\r\n')
      for (const [path, status] of [
        ['/orders/none', '204'],
        ['/orders/same', '304'],
      ] as const)
        expect(await curl(...via(), ...GOOD, '-w', '%{http_code} %{size_download}', at(path))).toBe(
          `${status} 0`,
        )
    })

    it(`sends a large body once it is asked to, and no more than a window of it when it is denied (${name})`, async () => {
      const before = uploads.length
      const put = [
        '-H',
        'Expect: 100-continue',
        '-T',
        large,
        '-o',
        '/dev/null',
        '-w',
        '%{http_code} %{size_upload}',
      ]
      const [status, sent] = (await curl(...via(), ...put, at('/orders/large'))).split(' ').map(Number)
      expect(status).toBe(401)
      // Over HTTP/2 curl does not wait for leave: until the answer is there, it sends up to one window (RFC 9113 §6.9.2).
      expect(sent).toBeLessThanOrEqual(version === '2' ? 65_535 : 0)
      expect(uploads.length).toBe(before)
      expect(await curl(...via(), ...GOOD, ...put, at('/orders/large'))).toBe(`201 ${LARGE_BYTES}`)
      expect(uploads.slice(before)).toEqual([digest])
    })

    it(`may speak HTTP/1.0 (${name})`, async () => {
      const args = [...via(), '--http1.0', '--no-alpn', ...GOOD, '-w', ` ${SUMMARY}`, at('/orders/1')]
      // The version is that of the answer.
      expect(await curl(...args)).toBe('alice 200 1.1 5 0 1 0')
    })
  }

  it('may offer HTTP/1.0 alone in its TLS handshake', async () => {
    const url = `https://localhost:${ports.tls}/orders/1`
    expect(await curl('--cacert', ca.caFile, '--http1.0', ...GOOD, url)).toBe('alice')
  })

  it('trusts the certificate by its authority and its name alone', async () => {
    const fault = async (...args: readonly string[]): Promise<string> =>
      (await curl('-o', '/dev/null', '-w', '%{exitcode}', ...args)).slice(-2)
    // 60: the certificate is not trusted.
    expect(await fault(`https://localhost:${ports.tls}/orders/1`)).toBe('60')
    expect(await fault('--cacert', ca.caFile, `https://127.0.0.1:${ports.tls}/orders/1`)).toBe('60')
  })
})
