/** SIGHUP to a gateway under load: two configurations that differ in policy, identity header and server at once. */
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGatewayLoad, type Sent } from '../support/live/gateway-load.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startRecordingServer } from '../support/live/recording-server.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

const CONNECTIONS = 16
const RELOADS = 10
const bearer = (scope: string) => [['Authorization', `Bearer ${mint({ scope })}`]] as const
const SORTS = {
  reader: { headers: bearer('orders:read') },
  writer: { headers: bearer('orders:write') },
  'writer with a body': { method: 'POST', headers: bearer('orders:write'), body: 'x'.repeat(500) },
  nobody: {},
}

/** By the first configuration, readers reach the server `read`; by the second, writers reach the server `write`. */
const configOf = (word: 'read' | 'write', url: string, tls: string): string =>
  gatewayConfig([url])
    .replace('access_log: true', `access_log: false${tls}`)
    .replace('scope: orders:read', `scope: orders:${word}`)
    .replace('X-Auth-Subject: sub, X-Auth-Roles: roles', `X-Auth-${word}: sub`)

function isRight({ sort, target, fate }: Sent): boolean {
  if (fate.kind !== 'whole') return false
  if (sort === 'nobody') return fate.status === 401 && fate.reason === 'token_missing'
  if (fate.status === 403) return fate.reason === 'scope_missing'
  const server = sort === 'reader' ? 'read' : 'write'
  return fate.status === 200 && fate.body === `${server} ${target}`
}

liveSuite('a gateway that is reloaded under load', ['openssl'], () => {
  const cleanup = createCleanup()
  afterEach(() => cleanup.run())

  /** With a certificate of its own each time. */
  function tlsText(): string {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('localhost')
    return `, tls: ${JSON.stringify([{ cert_file: certFile, key_file: keyFile }])}`
  }

  const judges = async (isTls: boolean): Promise<void> => {
    const read = await startRecordingServer('read', cleanup)
    const write = await startRecordingServer('write', cleanup)
    const tls = (): string => (isTls ? tlsText() : '')
    const configs = [configOf('read', read.url, tls()), configOf('write', write.url, tls())] as const
    const gateway = await startServedGateway(configs[0], cleanup)
    const load = startGatewayLoad(gateway.port, CONNECTIONS, { path: '/orders', sorts: SORTS, isTls })
    for (let reload = 1; reload <= RELOADS; reload++) {
      await load.more(100)
      await gateway.reload('version: 1\nroutes: [{ access: everything }]\n', 'refused')
      await load.more(20)
      await gateway.reload(configs[reload % 2 === 1 ? 1 : 0])
    }
    await load.more(100)
    await load.stop()

    const sorts = new Map(load.sent.map(({ target, sort }) => [target, sort]))
    /** Whom a server let in, and with which identity headers. */
    const guestsOf = (server: typeof read): readonly string[] => [
      ...new Set(server.received().map(({ path, identity }) => `${sorts.get(path)} ${identity}`)),
    ]
    const counts = load.counts()
    expect({
      counts,
      wrong: load.sent.filter((one) => !isRight(one)),
      connections: load.connections(),
      readers: guestsOf(read),
      writers: guestsOf(write).toSorted(),
    }).toMatchObject({
      wrong: [],
      connections: CONNECTIONS,
      readers: ['reader x-auth-read'],
      writers: ['writer with a body x-auth-write', 'writer x-auth-write'],
    })
    // Both were in force for a while.
    for (const name of [
      'reader: 200',
      'reader: 403 scope_missing',
      'writer: 200',
      'writer: 403 scope_missing',
    ])
      expect(counts[name]).toBeGreaterThan(0)
  }

  for (const isTls of [false, true]) {
    const way = isTls ? ' over TLS, with another certificate each time' : ''
    it(`judges each request by one configuration and no mixture, and drops no connection${way}`, () =>
      judges(isTls))
  }
})
