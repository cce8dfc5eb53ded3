/** HTTP/2 over TLS through a real proxy: judged like any other request. */
import { connect, type ClientHttp2Session } from 'node:http2'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestCa } from '../../test-ca.ts'
import type { SiteFiles } from '../../../../src/callers/site-flags.ts'
import { createCleanup } from '../cleanup.ts'
import type { StartFront } from '../front.ts'
import { startGuardedSite, type GuardedSite } from '../guarded-site.ts'
import { liveSuite } from '../live-suite.ts'
import { foldedValues } from '../spoofed-identity.ts'
import type { LiveProxy } from './live-proxy.ts'

type Fields = Readonly<Record<string, string>>

/** @param withCertificate The proxy, with a certificate for `api.example.com`. */
export function http2Suite(
  { name, programs, proxy: { carries } }: LiveProxy,
  withCertificate: (files: SiteFiles) => StartFront,
): void {
  liveSuite(`${name}: HTTP/2 over TLS`, [...programs, 'openssl'], () => {
    const cleanup = createCleanup()
    let site: GuardedSite
    let session: ClientHttp2Session
    beforeAll(async () => {
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('api.example.com')
      site = await startGuardedSite(cleanup, { front: withCertificate({ certFile, keyFile }) })
      session = connect(`https://127.0.0.1:${site.port}`, { ca: ca.ca, servername: 'api.example.com' })
      session.on('error', () => undefined)
      cleanup.add(() => session.destroy())
      // For what the session says about extended CONNECT.
      await new Promise<void>((resolve) => void session.once('remoteSettings', () => resolve()))
    })
    afterAll(() => cleanup.run())

    const ask = (path: string, fields: Fields = {}): Promise<string> =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': path, ':authority': 'api.example.com', ...fields })
        stream.on('response', (headers) => resolve(String(headers[':status'])))
        stream.on('error', () => resolve('refused'))
        stream.on('close', () => resolve('refused'))
        stream.resume()
        if (fields[':method'] !== 'CONNECT') stream.end()
      })
    const authorized = (): Fields => ({ authorization: `Bearer ${site.mint()}` })
    const spoofed: Fields = {
      'x-auth-subject': 'mallory',
      x_auth_subject: 'mallory',
      'x.auth.subject': 'mallory',
      'x~auth~subject': 'mallory',
    }

    it('lets a good token through, as https', async () => {
      expect(await ask('/orders/1?x=1', { ...authorized(), 'x-forwarded-proto': 'http' })).toBe('200')
      const request = site.app.received.at(-1)
      expect([request?.target, request?.values('Host')]).toEqual(['/orders/1?x=1', ['api.example.com']])
      expect(request?.values('X-Forwarded-Proto')).toEqual(['https'])
    })

    it('denies as over HTTP/1.1', async () => {
      expect(await ask('/orders/1')).toBe('401')
      expect(await ask('/closed/1', authorized())).toBe('403')
      expect(await ask('/orders/a%2fb', authorized())).toBe('403')
    })

    it('replaces identity headers in every spelling', async () => {
      expect(await ask('/orders/1', { ...authorized(), ...spoofed })).toBe('200')
      expect(foldedValues(site.app.received.at(-1), 'X-Auth-Subject')).toEqual(['alice'])
      expect(await ask('/public/1', spoofed)).toBe('200')
      const absent = carries.absentIdentity === 'empty' ? [''] : []
      expect(foldedValues(site.app.received.at(-1), 'X-Auth-Subject')).toEqual(absent)
      expect(JSON.stringify(site.app.received.slice(-2).map(({ headers }) => headers))).not.toContain(
        'mallory',
      )
    })

    it('judges the request that was sent, whatever its fields claim', async () => {
      const claims = {
        'x-forwarded-uri': '/public/1',
        'x-forwarded-method': 'OPTIONS',
        'x-original-url': '/public/1',
      }
      expect(await ask('/orders/1', claims)).toBe('401')
      expect(site.warder.log.at(-1)?.fields).toMatchObject({ method: 'GET', path: '/orders/1' })
    })

    it('serves no other host than the judged one', async () => {
      const before = site.app.received.length
      await ask('/orders/1', { ...authorized(), ':authority': 'other.example.com' })
      await ask('/orders/1', { ...authorized(), host: 'other.example.com' })
      for (const request of site.app.received.slice(before))
        expect(request.values('Host')).toEqual(['api.example.com'])
    })

    it('lets no WebSocket over HTTP/2 pass, whose method is CONNECT to Warder and GET to the application', async () => {
      const before = site.app.received.length
      const status = await ask('/orders/1', {
        ...authorized(),
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': 'https',
      })
      // By the proxy itself: Warder would deny the CONNECT too.
      expect(['405', 'refused']).toContain(status)
      expect(site.app.received.length).toBe(before)
    })
  })
}
