import { afterEach, describe, expect, it } from 'bun:test'
import { createKept } from '../../src/gateway/kept.ts'
import { createDestinations, type Destination } from '../../src/gateway/destination.ts'
import { compileHeaderRules } from '../../src/gateway/exchange/forward-headers.ts'
import type { GatewayInput } from '../../src/gateway/gateway-input.ts'
import { createGatewayState, type GatewayState } from '../../src/gateway/gateway-state.ts'
import { gatewayInput } from '../../src/app/gateway-input.ts'
import { createStores } from '../../src/app/system.ts'
import { finishNow } from '../../src/slices.ts'
import { forwardAuthConfig } from '../support/forward-auth.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../support/run-gateway.ts'
import { loadOrThrow } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/' }
/** Changes something that nothing of the gateway depends on. */
const otherwise = (config: string): string => config.replace('drain: 0s', 'drain: 0s\nrealm: other')

describe('what is kept', () => {
  it('is closed once, when the second configuration in a row has no use for it', () => {
    const closed: string[] = []
    const kept = createKept<string>((item) => closed.push(item))
    for (const keys of [['a', 'b'], ['b', 'c'], ['b', 'c'], []]) {
      for (const key of keys) expect(kept.of(key, () => key)).toBe(key)
      kept.settle()
    }
    expect(closed).toEqual(['a', 'b', 'c'])
    kept.close()
    expect(closed).toEqual(['a', 'b', 'c'])
  })

  it('is closed at once, and alone, when its configuration does not come into force', () => {
    const closed: string[] = []
    const kept = createKept<string>((item) => closed.push(item))
    kept.of('a', () => 'a')
    kept.settle()
    for (const key of ['a', 'b']) kept.of(key, () => key)
    kept.discard()
    expect(closed).toEqual(['b'])
    kept.of('a', () => 'another')
    kept.settle()
    expect(closed).toEqual(['b'])
  })

  it('is made once for one configuration', () => {
    const kept = createKept<object>(() => {})
    expect(kept.of('a', () => ({}))).toBe(kept.of('a', () => ({})))
  })
})

describe('a gateway with a new configuration', () => {
  it('goes on with the counts of its rate limits', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url], { upstream: 'rate_limit: { requests: 2, per: 1h }' })
    const gateway = await runGateway(config, cleanup)
    const statuses: number[] = []
    const twice = config.replace('requests: 2', 'requests: 3')
    for (const next of [config, otherwise(config), config, twice, twice]) {
      gateway.service.swap(await loadOrThrow(next))
      statuses.push((await ask(gateway.port, PUBLIC)).status)
    }
    expect(statuses).toEqual([200, 200, 429, 200, 429])
  })

  it('goes on with idle connections and with what it knows of its servers', async () => {
    const good = await startRawUpstream(cleanup)
    const bad = await startRawUpstream(cleanup, (_, socket) => void socket.destroy())
    const config = gatewayConfig([bad.url, good.url], { upstream: 'eject_after: 1, eject_for: 1h' })
    const gateway = await runGateway(config, cleanup)
    await ask(gateway.port, PUBLIC)
    await ask(gateway.port, PUBLIC)
    expect([bad.connections.length, good.connections.length]).toEqual([1, 1])
    // Other times of the same upstream are no reason to forget its servers, nor are other weights.
    const slower = config.replace('eject_after', 'response_timeout: 30s, eject_after')
    for (const next of [otherwise(config), slower, config]) {
      gateway.service.swap(await loadOrThrow(next))
      for (let i = 0; i < 3; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    }
    expect([bad.connections.length, good.connections.length]).toEqual([1, 1])
  })

  it('goes on by the previous one while it compiles, and when it is discarded', async () => {
    const [before, after] = [await startRawUpstream(cleanup), await startRawUpstream(cleanup)]
    const gateway = await runGateway(gatewayConfig([before.url]), cleanup)
    const received = async (): Promise<readonly number[]> => {
      expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
      return [before.received.length, after.received.length]
    }
    const seen: (readonly number[])[] = []
    const rest = async (): Promise<void> => void (seen.length === 0 && seen.push(await received()))
    const next = await loadOrThrow(gatewayConfig([after.url]))
    const discarded = await gateway.service.prepare(next, rest)
    discarded.discard()
    seen.push(await received())
    const prepared = await gateway.service.prepare(next, rest)
    seen.push(await received())
    prepared.putInForce()
    seen.push(await received())
    expect(seen).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 1],
    ])
  })

  it('lets go of the connections of a server that is gone', async () => {
    const before = await startRawUpstream(cleanup)
    const after = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([before.url]), cleanup)
    await ask(gateway.port, PUBLIC)
    let isClosed = false
    before.connections[0]?.on('close', () => (isClosed = true))
    gateway.service.swap(await loadOrThrow(gatewayConfig([after.url])))
    await waitFor('the connection to be let go', () => isClosed || undefined)
  })

  it('keeps the answers of an auth service, as long as it would be asked the same', async () => {
    const app = await startRawUpstream(cleanup)
    const auth = await startRawUpstream(
      cleanup,
      (_, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    )
    const config = forwardAuthConfig(auth.url, app.url, 'cache: { ttl: 1h }')
    const gateway = await runGateway(config, cleanup)
    const asked: number[] = []
    const withIdentity = config.replace(
      'routes:',
      'policies: { p: { identity: { X-Name: sub } } }\nroutes:\n  - { name: p, match: { path: /p }, policy: p, upstream: app }',
    )
    for (const next of [config, otherwise(config), withIdentity, withIdentity]) {
      gateway.service.swap(await loadOrThrow(next))
      await ask(gateway.port, { target: '/x', headers: [['X-Name', 'root']] })
      asked.push(auth.received.length)
    }
    expect(asked).toEqual([1, 1, 2, 2])
    expect(auth.received.map((request) => request.values('x-name'))).toEqual([['root'], []])
  })

  it('ends exchanges under way by the old rules, and keeps their connections if the server is the same', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const config = gatewayConfig([app.url])
    const gateway = await runGateway(config, cleanup)
    const answer = ask(gateway.port, PUBLIC)
    const socket = await waitFor('the request to be under way', () => app.connections[0])
    await waitFor('its head', () => app.received[0])
    gateway.service.swap(await loadOrThrow(otherwise(config)))
    socket.write(OK)
    expect((await answer).body).toBe('ok')
    const second = ask(gateway.port, PUBLIC)
    await waitFor('the second head', () => app.received[1])
    socket.write(OK)
    expect([(await second).body, app.connections.length]).toEqual(['ok', 1])
  })
})

describe('the queue of password checks', () => {
  it('is one for all configurations', async () => {
    const text = gatewayConfig(['http://192.0.2.1']).replace(
      'access: public',
      'basic_auth: { users: { alice: { password: secret } } }',
    )
    const queued: string[] = []
    const state: GatewayState = {
      ...createGatewayState(createStores()),
      passwordQueue: {
        run({ address }) {
          queued.push(address)
          return () => true
        },
      },
    }
    const credentials = `Basic ${Buffer.from('alice:secret').toString('base64')}`
    const request = {
      head: { fields: [{ name: 'Authorization', lower: 'authorization', value: credentials }] },
      forwarded: { forwardedFor: '192.0.2.7' },
      isTrusted: () => false,
    }
    for (const config of [text, otherwise(text)]) {
      const destinations = compile(gatewayInput(await loadOrThrow(config)), state)
      const [judge] = destinations.get('public')?.judges?.inOrder ?? []
      judge?.ask(request as never, () => {})
    }
    expect(queued).toEqual(['192.0.2.7', '192.0.2.7'])
    state.close()
  })
})

const deadlines = { add() {}, remove() {}, close() {} }
const compile = (read: GatewayInput, state: GatewayState): ReadonlyMap<string, Destination> => {
  const of = finishNow(createDestinations(read, compileHeaderRules([], []), state, deadlines))
  const destinations = new Map([...read.routes].map((route) => [route.name, of(route)]))
  state.settle()
  return destinations
}

describe('a server', () => {
  const input = async (ca: string, text = ''): Promise<GatewayInput> => {
    const config = gatewayConfig(['https://192.0.2.1', 'https://192.0.2.1'], {
      upstream: `eject_for: 1m${text}`,
    })
    const read = gatewayInput(await loadOrThrow(config))
    return { ...read, serverTrust: new Map([['app', ca === '' ? {} : { ca: Buffer.from(ca) }]]) }
  }
  /** What was changed, the authorities and settings before and after, and whether it is the same pool. */
  const CHANGES: readonly (readonly [
    string,
    readonly [string, string?],
    readonly [string, string?],
    boolean,
  ])[] = [
    ['nothing', ['one'], ['one'], true],
    ['the bytes of its authorities', ['one'], ['two'], false],
    ['whether it has any', ['one'], [''], false],
    ['its health check', ['one'], ['one', ', health: { path: /h }'], false],
    ['its ejection', ['one'], ['one', ', eject_after: 9'], false],
    ['the age of its connections', ['one'], ['one', ', max_connection_age: 1m'], false],
    ['a time of its upstream', ['one'], ['one', ', connect_timeout: 1s'], true],
  ]
  for (const [what, before, after, isSame] of CHANGES) {
    it(`is ${isSame ? '' : 'not '}the same if ${what} has changed`, async () => {
      const state = createGatewayState(createStores())
      const pools = []
      for (const [ca, text] of [before, after]) {
        const destinations = compile(await input(ca, text), state)
        pools.push(destinations.get('public')?.upstream.pick([]))
      }
      expect(pools[0]).toBeDefined()
      expect(pools[0] === pools[1]).toBe(isSame)
      state.close()
    })
  }

  it('that is named twice has two pools, also after a reload', async () => {
    const state = createGatewayState(createStores())
    for (let i = 0; i < 2; i++) {
      const upstream = compile(await input(''), state).get('public')?.upstream
      const first = upstream?.pick([])
      expect(upstream?.pick(first === undefined ? [] : [first])).not.toBe(first)
    }
    state.close()
  })
})
