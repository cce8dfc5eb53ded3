import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'bun:test'
import type { AdminRequest } from '../../src/admin/admin-route.ts'
import { consoleRoutes } from '../../src/admin/console-routes.ts'
import type { RouteAnswer } from '../../src/admin/route-answer.ts'

const TEXTS = { page: '<p>page</p>', script: 'run()', style: 'p{}' }

const ask = async (path: string, headers: Record<string, string> = {}): Promise<RouteAnswer> => {
  const row = consoleRoutes(async () => TEXTS).find((one) => one.path === path)
  if (row === undefined) throw new Error(`no ${path}`)
  return row.handle(requestWith(headers))
}

const requestWith = (headers: Record<string, string> = {}): AdminRequest => ({
  params: new Map(),
  query: new Map(),
  body: undefined,
  headers: new Headers(headers),
  peer: '127.0.0.1',
  right: 'none',
})

describe('the files of the console', () => {
  const FILES = [
    ['/', 'text/html; charset=utf-8', TEXTS.page],
    ['/console.js', 'text/javascript; charset=utf-8', TEXTS.script],
    ['/console.css', 'text/css; charset=utf-8', TEXTS.style],
  ] as const
  for (const [path, type, text] of FILES) {
    it(`are served with their type: ${path}`, async () => {
      expect(await ask(path)).toMatchObject({ status: 200, contentType: type, body: text })
    })

    it(`let a page load nothing from elsewhere, and nobody else frame it: ${path}`, async () => {
      expect((await ask(path)).headers).toEqual({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        vary: 'accept-encoding',
      })
    })
  }

  const ENCODINGS: readonly (readonly [accepted: string, encoding: string | null])[] = [
    ['gzip, deflate, br, zstd', 'gzip'],
    ['br;q=1.0, gzip;q=0.8', 'gzip'],
    ['GZIP', 'gzip'],
    ['br', null],
    ['gzip;q=0', null],
    ['gzip;q=0.0, br', null],
    ['', null],
  ]
  for (const [accepted, encoding] of ENCODINGS) {
    it(`are compressed if the browser accepts that (RFC 9110 §12.5.3): ${accepted || 'nothing'}`, async () => {
      const { headers, body } = await ask('/console.js', { 'accept-encoding': accepted })
      expect(headers?.['content-encoding'] ?? null).toBe(encoding)
      const plain = encoding === null ? Buffer.from(body) : gunzipSync(Buffer.from(body))
      expect(plain.toString()).toBe(TEXTS.script)
    })
  }

  it('are loaded once, and not before the first request', async () => {
    let loads = 0
    const routes = consoleRoutes(async () => {
      loads++
      return TEXTS
    })
    expect(loads).toBe(0)
    for (const row of [...routes, ...routes]) await row.handle(requestWith())
    expect(loads).toBe(1)
  })
})
