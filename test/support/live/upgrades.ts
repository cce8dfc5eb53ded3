/** What clients try with `Upgrade`: tests for the suite of any proxy. */
import { expect, it } from 'bun:test'
import { END_HEADERS, END_STREAM, fieldsOf, frame } from '../http2-frames.ts'
import type { Cleanup } from './cleanup.ts'
import { startGuardedSite, type GuardedSite, type SiteOptions } from './guarded-site.ts'
import { startHypercorn, type Hypercorn } from './hypercorn.ts'
import { waitFor } from './loopback.ts'
import { openClient, requestText, type RawResponse } from './raw-client.ts'

/** What comes after the answer to `Upgrade: h2c`: a request for another path, with an identity (RFC 9113 §3.4). */
const SMUGGLED = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame('SETTINGS', 0, 0, Buffer.alloc(0)),
  frame(
    'HEADERS',
    END_STREAM | END_HEADERS,
    3,
    fieldsOf({ ':scheme': 'http', ':path': '/closed/secret', 'x-auth-subject': 'root' }),
  ),
]).toString('latin1')

export const H2C = [
  ['Upgrade', 'h2c'],
  ['Connection', 'Upgrade, HTTP2-Settings'],
  ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
] as const

/** Without a key, some proxies refuse whatever mentions WebSocket. */
const KEY = [
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const

const handshake = (upgrade: string): readonly (readonly [string, string])[] => [
  ['Connection', 'Upgrade'],
  ['Upgrade', upgrade],
  ...KEY,
]

/** A site whose application changes to HTTP/2 when it is asked to. */
export interface UpgradeField {
  readonly site: GuardedSite
  readonly app: Hypercorn
}

export async function startUpgradeField(cleanup: Cleanup, options: SiteOptions = {}): Promise<UpgradeField> {
  const app = await startHypercorn(cleanup)
  return { app, site: await startGuardedSite(cleanup, { ...options, upstream: `127.0.0.1:${app.port}` }) }
}

/** Asks for the protocol, and sends requests of HTTP/2 at once. */
export async function attackByUpgrade(
  { site }: UpgradeField,
  headers: readonly (readonly [string, string])[],
  cleanup: Cleanup,
  target = '/public/1',
): Promise<RawResponse> {
  const client = await openClient(site.port)
  cleanup.add(() => client.close())
  client.send(requestText({ target, headers }))
  const response = await client.receive()
  client.send(SMUGGLED)
  return response
}

/** Defines the tests: WebSocket passes, and no other protocol. */
export function onlyWebSocketsPass(get: () => UpgradeField, cleanup: Cleanup): void {
  const attempts: readonly (readonly [name: string, headers: readonly (readonly [string, string])[]])[] = [
    ['h2c', H2C],
    ['H2C in upper case', [['Upgrade', 'H2C'], ...H2C.slice(1)]],
    ['h2c without Connection', [H2C[0], H2C[2]]],
    ['h2c after websocket', [['Upgrade', 'websocket, h2c'], ...H2C.slice(1), ...KEY]],
    ['h2c before websocket', [['Upgrade', 'h2c, websocket'], ...H2C.slice(1), ...KEY]],
    ['h2c and websocket in two lines', [H2C[0], ['Upgrade', 'websocket'], ...H2C.slice(1), ...KEY]],
    [
      'TLS',
      [
        ['Upgrade', 'TLS/1.2'],
        ['Connection', 'Upgrade'],
      ],
    ],
  ]
  for (const [name, headers] of attempts) {
    it(`does not hand on ${name}`, async () => {
      const before = get().app.served().length
      expect((await attackByUpgrade(get(), headers, cleanup)).status).toBe(200)
      // The next request is judged and served as ever, and there is none between.
      expect((await get().site.ask({ target: '/orders/1' }, get().site.mint())).status).toBe(200)
      await waitFor('both requests', () => (get().app.served().length >= before + 2 ? true : undefined))
      expect(get().app.served().slice(before)).toEqual([
        expect.stringMatching(/^1\.1 GET \/public\/1 nobody$/),
        expect.stringMatching(/^1\.1 GET \/orders\/1 alice$/),
      ])
    })
  }

  for (const upgrade of ['websocket', 'WebSocket', 'WEBSOCKET']) {
    it(`opens a WebSocket for \`Upgrade: ${upgrade}\``, async () => {
      const request = { target: '/socket', headers: handshake(upgrade) }
      expect((await get().site.ask(request, get().site.mint())).status).toBe(101)
      expect((await get().site.ask(request)).status).toBe(401)
    })
  }

  it('carries messages both ways', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${get().site.port}/socket`, {
      headers: { Host: 'api.example.com', Authorization: `Bearer ${get().site.mint()}` },
    })
    const reply = await new Promise((resolve, reject) => {
      socket.addEventListener('open', () => socket.send('ping'))
      socket.addEventListener('message', (event) => resolve(event.data))
      socket.addEventListener('error', () => reject(new Error('no WebSocket')))
    })
    socket.close()
    expect(reply).toBe('heard ping')
  })
}
