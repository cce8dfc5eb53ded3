/** A flood of guesses from one address, with real bcrypt, beside logins from another one. */
import { afterEach, describe, expect, it } from 'bun:test'
import { basic } from '../../../support/judges.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { liveSuite } from '../../../support/live/live-suite.ts'
import { waitFor } from '../../../support/live/loopback.ts'
import { ask, openClient, requestText } from '../../../support/live/raw-client.ts'
import { runHttp2Config } from '../../../support/http2-client.ts'
import { runGateway, startRawUpstream } from '../../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TEST_MS = 60_000
/** Some 20 ms of a core each. */
const hash = (): Promise<string> => Bun.password.hash('pw', { algorithm: 'bcrypt', cost: 8 })

/** The proxy of the test, loopback, tells addresses apart. */
const configOf = (app: string, alice: string, listen: string): string => `version: 1
routes:
  - { name: other, match: { path: /other/** }, upstream: app, basic_auth: { users: { bob: "${alice}" } } }
  - { name: guarded, match: {}, upstream: app, basic_auth: { users: { alice: "${alice}" } } }
upstreams: { app: { servers: ["${app}"] } }
listen:
  decisions: 127.0.0.1:0
  admin: off
  gateway: { address: "127.0.0.1:0", trusted_proxies: [127.0.0.1]${listen} }
drain: 0s
`
const from = (address: string) => ['X-Forwarded-For', address] as const
const FLOOD = from('198.51.100.1')

/** More than may wait on a machine of two cores. */
const CONNECTIONS = 80

describe('connections that guess without waiting', () => {
  it(
    'do not keep out another address, on the same route or another one',
    async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runGateway(configOf(app.url, await hash(), ''), cleanup)
      let answered = 0
      const over = new AbortController()
      const guessers = await Promise.all(
        Array.from({ length: CONNECTIONS }, async (_, i) => {
          const client = await openClient(gateway.port)
          cleanup.add(() => client.close())
          return async (): Promise<void> => {
            for (let round = 0; !over.signal.aborted; round++) {
              const headers = [basic('alice', `guess ${i} ${round}`), FLOOD] as const
              client.send(requestText({ target: '/x', headers }))
              expect([401, 503]).toContain((await client.receive()).status)
              answered += 1
            }
          }
        }),
      )
      const flood = Promise.all(guessers.map((guess) => guess()))
      await waitFor('the flood', () => (answered > CONNECTIONS ? true : undefined))
      for (let i = 0; i < 3; i++) {
        const headers = [basic('alice', 'pw'), from(`203.0.113.${i}`)]
        expect((await ask(gateway.port, { target: '/x', headers })).status).toBe(200)
      }
      const headers = [basic('bob', 'pw'), from('203.0.113.9')]
      expect((await ask(gateway.port, { target: '/other/x', headers })).status).toBe(200)
      over.abort()
      await flood
    },
    TEST_MS,
  )
})

liveSuite('a connection of HTTP/2 with a hundred guesses at a time', ['openssl'], () => {
  it(
    'does not keep out another address',
    async () => {
      const app = await startRawUpstream(cleanup)
      const alice = await hash()
      const gateway = await runHttp2Config((tls) => configOf(app.url, alice, `, ${tls}`), cleanup)
      const session = await gateway.session()
      const statusOf = (password: string, address: string): Promise<number> =>
        new Promise((resolve, reject) => {
          const stream = session.request({
            ':path': '/x',
            authorization: basic('alice', password)[1],
            'x-forwarded-for': address,
          })
          stream.on('response', (head) => resolve(Number(head[':status'])))
          stream.on('error', reject)
          stream.resume()
          stream.end()
        })
      const guesses = Array.from({ length: 90 }, (_, i) => statusOf(`guess ${i}`, FLOOD[1]))
      expect(await statusOf('pw', '203.0.113.1')).toBe(200)
      const statuses = await Promise.all(guesses)
      expect(statuses.every((status) => status === 401 || status === 503)).toBe(true)
      expect(statuses).toContain(503)
    },
    TEST_MS,
  )
})
