/**
 * A real browser at a real gateway: the page comes through the gateway, checks in JavaScript, and reports to the
 * application behind it.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startBrowserApp, type BrowserApp } from '../support/live/browser-app.ts'
import { openInChromium } from '../support/live/chromium.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

/** The page loads and moves 256 MiB on a machine that may be busy. */
const START_TIMEOUT_MS = 60_000
const SOURCES =
  '[{ header: Authorization }, { cookie: at }, { websocket_protocol: access_token }, { websocket_protocol: bearer. }]'

/** Each check of the page, and what the browser has to see. */
const SEEN: readonly (readonly [check: string, seen: unknown])[] = [
  ['a fetch without a token', [401, 'token_missing', 'Bearer realm="warder"']],
  ['a fetch with a bad token', [401, 'signature_invalid']],
  ['a fetch with a token in the header', [200, 'alice']],
  ['a fetch with a token in the cookie', [200, 'alice']],
  ['a WebSocket without a token', [1006]],
  ['a WebSocket with text and bytes', ['alice: hello', 'alice: Grüße, 世界', [0, 1, 254, 255], 1024 * 1024]],
  ['a WebSocket with a subprotocol', 'chat.v2'],
  [
    'a WebSocket with its token among the subprotocols',
    [
      ['access_token', 'alice: hello'],
      ['bearer.TOKEN', 'alice: hello'],
      ['chat.v2', 'alice: hello'],
      ['chat.v2', 'alice: hello'],
    ],
  ],
  ['a WebSocket whose token expires', ['alice: hello', 4401, 'token expired', true]],
  [
    'a WebSocket that the server closes',
    [
      [1000, 'bye 1000', true],
      [4001, 'bye 4001', true],
    ],
  ],
  [
    'a WebSocket that the page closes',
    [
      [1000, 'page 1000', true],
      [4001, 'page 4001', true],
    ],
  ],
  ['server-sent events', [1, 2, 3, 4, 5].map((count) => `event ${count}`)],
  ['an answer in pieces', [1, 2, 3, 4, 5].map((count) => `piece ${count}`)],
  ['a large upload', [200, true]],
  ['a large download', [64 * 1024 ** 2, true]],
  ['a fetch that is aborted within its answer', 'the server was told'],
  ['a fetch that is aborted before its answer', ['AbortError', 'the server was told']],
]

const shortLived = (): string => mint({ scope: 'orders:read', exp: Math.floor(Date.now() / 1_000) + 3 })

interface Way {
  readonly name: string
  /** What the browser calls the protocol of the page. */
  readonly protocol: string
  readonly isTls: boolean
}

const WAYS: readonly Way[] = [
  { name: 'HTTP/1.1', protocol: 'http/1.1', isTls: false },
  { name: 'HTTP/2', protocol: 'h2', isTls: true },
]

for (const { name, protocol, isTls } of WAYS) {
  liveSuite(`Chromium over ${name}`, isTls ? ['chromium', 'openssl'] : ['chromium'], () => {
    const cleanup = createCleanup()
    let app: BrowserApp

    beforeAll(async () => {
      app = startBrowserApp(mint({ scope: 'orders:read' }), shortLived, cleanup)
      const listen = isTls ? { listen: `tls: ${certificate()}` } : {}
      const config = gatewayConfig([app.url], { sources: SOURCES, ...listen })
        .replace('audience: api://orders,', 'audience: api://orders, leeway: 0s,')
        .replace('policy: read, upstream: app', 'policy: read, upstream: app, close_expired: true')
      const { port } = await startServedGateway(config, cleanup)
      const origin = isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
      openInChromium(`${origin}/public/page`, cleanup, isTls ? ['--ignore-certificate-errors'] : [])
      // One after the other: each has the time of a wait.
      for (const [check] of SEEN) await app.report(check)
    }, START_TIMEOUT_MS)
    afterAll(() => cleanup.run())

    const certificate = (): string => {
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('localhost')
      return JSON.stringify([{ cert_file: certFile, key_file: keyFile }])
    }

    it(`speaks ${protocol}`, async () => {
      expect(await app.report('the protocol that was spoken')).toBe(protocol)
    })

    for (const [check, seen] of SEEN) {
      it(`sees what it should: ${check}`, async () => expect(await app.report(check)).toEqual(seen))
    }

    it('closes WebSockets with codes that reach the server', () => {
      expect(app.closes.filter(([, reason]) => reason.startsWith('page'))).toEqual([
        [1000, 'page 1000'],
        [4001, 'page 4001'],
      ])
    })

    it('is denied before the server hears of it', () => {
      const count = (wanted: string): number => app.received.filter((line) => line === wanted).length
      // Once with each good token, and not at all with none or a bad one.
      expect(count('GET /orders/subject')).toBe(2)
      expect(count('GET /orders/socket')).toBe(11)
    })
  })
}
