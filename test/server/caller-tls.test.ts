/** `listen.tls`: proxies on other machines ask over TLS, and show a certificate if the operator wants one. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test'
import { connect } from 'node:http2'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { createCleanup, type Cleanup } from '../support/live/cleanup.ts'
import { mint } from '../support/mint.ts'
import { callBytes, framed, HEALTH } from '../support/grpc-call.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../support/run-service.ts'
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/test-ca.ts'

let ca: TestCa
let other: TestCa
let own: IssuedCertificate
let proxy: IssuedCertificate
let stranger: IssuedCertificate
beforeAll(() => {
  ca = createTestCa()
  other = createTestCa()
  own = ca.issue('warder.internal')
  proxy = ca.issue('proxy.internal')
  stranger = other.issue('proxy.internal')
})
afterAll(() => {
  ca.remove()
  other.remove()
})
const cleanup: Cleanup = createCleanup()
afterEach(() => cleanup.run())

const configOf = (certFile: string, keyFile: string, more = ''): string =>
  CONFIG.replace(
    'listen: {',
    `listen: { grpc: 127.0.0.1:0, tls: { cert_file: ${certFile}, key_file: ${keyFile}${more} },`,
  )

async function start(text: string): Promise<RunningService & { readonly grpcPort: number }> {
  const running = await runService(text)
  cleanup.add(() => running.service.stop(0))
  return { ...running, grpcPort: Number(running.service.addresses.at(-1)?.split(':').at(-1)) }
}

/** The status for a good token, or why there is no connection. */
async function ask(port: number, client?: IssuedCertificate): Promise<number | 'no answer'> {
  const identity = client === undefined ? {} : { cert: client.cert, key: client.key }
  const answer = await fetch(`https://127.0.0.1:${port}/v1/auth/token/read`, {
    headers: { authorization: `Bearer ${mint({ scope: 'orders:read' })}` },
    tls: { ca: ca.ca, serverName: 'warder.internal', ...identity },
    keepalive: false,
  }).catch(() => undefined)
  return answer?.status ?? 'no answer'
}

describe('listen.tls', () => {
  it('answers over TLS, and nothing over plain HTTP', async () => {
    const { decisionsPort } = await start(configOf(own.certFile, own.keyFile))
    expect(await ask(decisionsPort)).toBe(200)
    const plain = await fetch(`http://127.0.0.1:${decisionsPort}/v1/auth/token/read`).catch(() => undefined)
    expect(plain).toBeUndefined()
  })

  it('answers HTTP/2 and gRPC over TLS', async () => {
    const { decisionsPort, grpcPort } = await start(configOf(own.certFile, own.keyFile))
    for (const port of [decisionsPort, grpcPort]) {
      const session = connect(`https://127.0.0.1:${port}`, { ca: ca.ca, servername: 'warder.internal' })
      cleanup.add(() => session.destroy())
      // Envoy says http whatever the connection is.
      if (port === grpcPort)
        for (const scheme of ['https', 'http']) {
          const call = callBytes(session, HEALTH, framed(new Uint8Array()), { ':scheme': scheme })
          expect([scheme, (await call).status]).toEqual([scheme, '0'])
        }
      else await new Promise((resolve) => session.once('connect', resolve))
      expect(session.alpnProtocol).toBe('h2')
    }
  })

  it('with client_ca_file, answers only who shows a certificate of that authority', async () => {
    const { decisionsPort } = await start(
      configOf(own.certFile, own.keyFile, `, client_ca_file: ${ca.caFile}`),
    )
    expect(await ask(decisionsPort, proxy)).toBe(200)
    expect(await ask(decisionsPort)).toBe('no answer')
    expect(await ask(decisionsPort, stranger)).toBe('no answer')
  })

  it('shows a renewed certificate after a reload', async () => {
    const [certFile, keyFile] = [join(ca.directory, 'now.pem'), join(ca.directory, 'now.key')]
    const write = (issued: IssuedCertificate): void => {
      copyFileSync(issued.certFile, certFile)
      copyFileSync(issued.keyFile, keyFile)
    }
    write(own)
    const text = configOf(certFile, keyFile)
    const { service, decisionsPort } = await start(text)
    expect(await subjectAt(decisionsPort)).toBe('warder.internal')
    write(ca.issue('renewed.internal'))
    service.swap(await loadOrThrow(text))
    expect(await subjectAt(decisionsPort)).toBe('renewed.internal')
  })

  it('is an error at its place if a file cannot be used', async () => {
    const loading = loadOrThrow(configOf(join(ca.directory, 'absent.pem'), own.keyFile))
    expect(await loading.catch(String)).toContain('ERR_GATEWAY_CERTIFICATE')
  })
})

/** The name of the certificate that the listener shows. */
const subjectAt = (port: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: ca.ca, checkServerIdentity: () => undefined })
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().subject.CN)
      socket.destroy()
    })
    socket.once('error', reject)
  })
