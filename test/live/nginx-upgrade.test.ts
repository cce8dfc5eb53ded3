import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { END_HEADERS, END_STREAM, fieldsOf, frame } from '../support/http2-frames.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite, type SiteOptions } from '../support/live/guarded-site.ts'
import { startHypercorn, type Hypercorn } from '../support/live/hypercorn.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import { openClient, requestText, type RawResponse } from '../support/live/raw-client.ts'

/** The line of most examples, which passes on whatever protocol the client asks for. */
const withClientsUpgrade = (text: string): string => {
  const wrong = text
    .replace('Upgrade $warder_upgrade;', 'Upgrade $http_upgrade;')
    .replace('Connection $warder_connection;', 'Connection "upgrade, http2-settings";')
    .replace('proxy_set_header HTTP2-Settings "";', '')
  if (wrong === text) throw new Error('the snippet has no such line')
  return wrong
}

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

const H2C = [
  ['Upgrade', 'h2c'],
  ['Connection', 'Upgrade, HTTP2-Settings'],
  ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
] as const

const handshake = (upgrade: string): readonly (readonly [string, string])[] => [
  ['Connection', 'Upgrade'],
  ['Upgrade', upgrade],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

liveSuite(
  'nginx and an application that changes to HTTP/2 when it is asked to',
  ['nginx', 'hypercorn'],
  () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    interface Field {
      readonly site: GuardedSite
      readonly app: Hypercorn
    }
    const start = async (options: SiteOptions = {}): Promise<Field> => {
      const app = await startHypercorn(cleanup)
      return { app, site: await startGuardedSite(cleanup, { ...options, upstream: `127.0.0.1:${app.port}` }) }
    }
    const attack = async (
      { site }: Field,
      headers: readonly (readonly [string, string])[],
      target = '/public/1',
    ): Promise<RawResponse> => {
      const client = await openClient(site.port)
      cleanup.add(() => client.close())
      client.send(requestText({ target, headers }))
      const response = await client.receive()
      client.send(SMUGGLED)
      return response
    }

    it('the attack reaches a closed path if `Upgrade` is handed on', async () => {
      const field = await start({ editSnippet: withClientsUpgrade })
      expect((await attack(field, H2C)).status).toBe(101)
      await waitFor('the smuggled request', () =>
        field.app.served().includes('2 GET /closed/secret root') ? true : undefined,
      )
    })

    describe('with the printed text', () => {
      let field: Field
      beforeAll(async () => {
        field = await start()
      })

      const attempts: readonly (readonly [name: string, headers: readonly (readonly [string, string])[]])[] =
        [
          ['h2c', H2C],
          ['H2C in upper case', [['Upgrade', 'H2C'], ...H2C.slice(1)]],
          ['h2c without Connection', [H2C[0], H2C[2]]],
          ['h2c after websocket', [['Upgrade', 'websocket, h2c'], ...H2C.slice(1)]],
          ['h2c before websocket', [['Upgrade', 'h2c, websocket'], ...H2C.slice(1)]],
          ['h2c and websocket in two lines', [H2C[0], ['Upgrade', 'websocket'], ...H2C.slice(1)]],
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
          const before = field.app.served().length
          expect((await attack(field, headers)).status).toBe(200)
          // The next request is judged and served as ever, and there is none between.
          expect((await field.site.ask({ target: '/orders/1' }, field.site.mint())).status).toBe(200)
          await waitFor('both requests', () => (field.app.served().length >= before + 2 ? true : undefined))
          expect(field.app.served().slice(before)).toEqual([
            expect.stringMatching(/^1\.1 GET \/public\/1 nobody$/),
            expect.stringMatching(/^1\.1 GET \/orders\/1 alice$/),
          ])
        })
      }

      for (const upgrade of ['websocket', 'WebSocket', 'WEBSOCKET']) {
        it(`opens a WebSocket for \`Upgrade: ${upgrade}\``, async () => {
          const request = { target: '/socket', headers: handshake(upgrade) }
          expect((await field.site.ask(request, field.site.mint())).status).toBe(101)
          expect((await field.site.ask(request)).status).toBe(401)
        })
      }

      it('carries messages both ways', async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${field.site.port}/socket`, {
          headers: { Host: 'api.example.com', Authorization: `Bearer ${field.site.mint()}` },
        })
        const reply = await new Promise((resolve, reject) => {
          socket.addEventListener('open', () => socket.send('ping'))
          socket.addEventListener('message', (event) => resolve(event.data))
          socket.addEventListener('error', () => reject(new Error('no WebSocket')))
        })
        socket.close()
        expect(reply).toBe('heard ping')
      })
    })
  },
)
