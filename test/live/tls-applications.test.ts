/** An application with TLS behind every proxy: only the one with the right certificate gets requests. */
import { createServer } from 'node:https'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { createTestCa, type IssuedCertificate } from '../support/test-ca.ts'

for (const proxy of CONFORMING) {
  liveSuite(`${nameOf(proxy)} and an application with TLS`, [...proxy.programs, 'openssl'], () => {
    const cleanup = createCleanup()
    const [trusted, other] = [createTestCa(), createTestCa()]
    cleanup.add(() => trusted.remove())
    cleanup.add(() => other.remove())
    const before = process.env['SSL_CERT_FILE']
    beforeAll(() => {
      // Go reads the authorities of the machine from there.
      process.env['SSL_CERT_FILE'] = trusted.caFile
    })
    afterAll(async () => {
      if (before === undefined) delete process.env['SSL_CERT_FILE']
      else process.env['SSL_CERT_FILE'] = before
      await cleanup.run()
    })

    /** The answer through the proxy, and the hosts that the application was asked for. */
    const through = async (
      { cert, key }: IssuedCertificate,
      host: string,
    ): Promise<{ readonly status: number; readonly hosts: readonly unknown[] }> => {
      const port = await freePort()
      const hosts: unknown[] = []
      for (const address of ['127.0.0.1', '::1']) {
        const app = createServer({ cert, key }, (request, response) => {
          hosts.push(request.headers.host)
          response.end('app')
        })
        cleanup.add(() => {
          app.close()
          app.closeAllConnections()
        })
        await new Promise<void>((resolve) => void app.listen(port, address, resolve))
      }
      const editSnippet = (text: string): string =>
        text
          .replaceAll('/etc/ssl/certs/ca-certificates.crt', trusted.caFile)
          .replaceAll('@system-ca', trusted.caFile)
      const site = await startConformanceSite(
        {
          ...proxy,
          start: (at, ending) =>
            proxy.start({ ...at, upstream: `https://${host}:${port}`, editSnippet }, ending),
        },
        cleanup,
      )
      const { status } = await ask(site.port, { target: '/public/1' })
      return { status, hosts }
    }
    // Apache verifies the name that the client asked for.
    const own = (ca: typeof trusted): IssuedCertificate =>
      ca.issue('localhost', '127.0.0.1', 'api.example.com')

    it('gives it requests for the judged host', async () => {
      expect(await through(own(trusted), 'localhost')).toEqual({ status: 200, hosts: ['api.example.com'] })
    })

    it('gives nothing to a program with a certificate of another authority, or for another name', async () => {
      for (const certificate of [own(other), trusted.issue('stranger.internal')]) {
        const { status, hosts } = await through(certificate, 'localhost')
        expect([status >= 500, hosts]).toEqual([true, []])
      }
    })

    if (proxy.name.startsWith('envoy'))
      it('finds the address in the certificate when it is reached by one', async () => {
        expect((await through(own(trusted), '127.0.0.1')).status).toBe(200)
        expect((await through(trusted.issue('localhost'), '127.0.0.1')).hosts).toEqual([])
      })
  })
}
