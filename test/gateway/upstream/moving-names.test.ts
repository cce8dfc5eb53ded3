/** Servers by name whose addresses change, as those of containers do. */
import { afterEach, describe, expect, it } from 'bun:test'
import { createServer, type AddressInfo } from 'node:net'
import { createFakeNames, type FakeNames } from '../../support/fake-names.ts'
import { forwardAuthConfig } from '../../support/forward-auth.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { freePort, waitFor } from '../../support/live/loopback.ts'
import { ask, openClient, requestText } from '../../support/live/raw-client.ts'
import { startSilentServer } from '../../support/live/silent-server.ts'
import { runMovingGateway, startAt } from '../../support/moving-site.ts'
import { gatewayConfig } from '../../support/run-gateway.ts'
import { createTestCa } from '../../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/' }
const [ONE, TWO] = ['127.0.0.2', '127.0.0.3']

/** Two applications on one port, of which the name `app` has the first. */
async function startTwo(...addresses: readonly string[]) {
  const names = createFakeNames()
  const one = await startAt(cleanup, ONE)
  const two = await startAt(cleanup, TWO, one.port)
  names.set('app', ...(addresses.length === 0 ? [ONE] : addresses))
  return { names, one, two, url: `http://app:${one.port}` }
}

describe('an application that moves', () => {
  it('is found again by the request that its old address refuses, whatever the method', async () => {
    const { names, one, url } = await startTwo()
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve)
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    await one.close()
    names.set('app', TWO)
    const answer = await ask(gateway.port, { ...PUBLIC, method: 'POST', body: 'x' })
    expect([answer.status, answer.body]).toEqual([200, TWO])
    expect(gateway.lines.find(({ event }) => event === 'addresses_changed')).toMatchObject({
      level: 'info',
      host: 'app',
      added: [TWO],
      removed: [ONE],
    })
  })

  it('is left for its new address although another server answers at the old one', async () => {
    const { names, one, url } = await startTwo()
    const config = gatewayConfig([url])
    const gateway = await runMovingGateway(cleanup, config, names.resolve, { resolveMs: 50 })
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    expect(one.open()).toBe(1)
    names.set('app', TWO)
    // Nobody asks: the kept connection goes by itself.
    await waitFor('the kept connection to be closed', () => (one.open() === 0 ? true : undefined))
    expect((await ask(gateway.port, PUBLIC)).body).toBe(TWO)
    expect(one.requests()).toBe(1)
  })

  it('is not sent a request on a connection that was being made when its address left', async () => {
    const { names, one, url } = await startTwo()
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve, { resolveMs: 50 })
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    names.set('app', TWO)
    const clients = await Promise.all(Array.from({ length: 20 }, () => openClient(gateway.port)))
    cleanup.add(() => clients.forEach((client) => client.close()))
    const answers = await waitFor('the new address', async () => {
      const bodies = await Promise.all(
        clients.map(async (client) => {
          client.send(requestText(PUBLIC))
          return (await client.receive()).body
        }),
      )
      return bodies.includes(TWO) ? bodies : undefined
    })
    expect(answers.every((body) => body === ONE || body === TWO)).toBe(true)
    const before = one.requests()
    for (let i = 0; i < 5; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe(TWO)
    expect(one.requests()).toBe(before)
  })
})

describe('an outage of DNS', () => {
  it('is not an outage of the application', async () => {
    const { names, url } = await startTwo()
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve, { resolveMs: 50 })
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    names.fail()
    const before = names.asked.length
    await waitFor('some lookups', () => (names.asked.length > before + 3 ? true : undefined))
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    const lines = gateway.lines.filter(({ event }) => event === 'resolve_failed')
    expect(lines).toMatchObject([{ level: 'warn', host: 'app', why: 'EAI_AGAIN', kept: 1 }])
  })

  it('at the start causes a 502 with a log line about it, until DNS answers', async () => {
    const { names, url } = await startTwo()
    names.fail()
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve)
    expect((await ask(gateway.port, PUBLIC)).status).toBe(502)
    expect(gateway.lines.find(({ fault }) => fault !== undefined)).toMatchObject({
      fault: 'connect_failed',
      detail: 'app: EAI_AGAIN',
    })
    names.set('app', ONE)
    await waitFor('the application', async () =>
      (await ask(gateway.port, PUBLIC)).status === 200 ? true : undefined,
    )
  })
})

describe('several addresses of a name', () => {
  it('take turns, each with the weight of the server', async () => {
    const { names, one, two, url } = await startTwo(ONE, TWO)
    const other = await startAt(cleanup, '127.0.0.4', one.port)
    const servers = gatewayConfig(['NAMED', `http://127.0.0.4:${one.port}`])
    const config = servers.replace('"NAMED"', `{ url: "${url}", weight: 2 }`)
    const gateway = await runMovingGateway(cleanup, config, names.resolve)
    for (let i = 0; i < 10; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect([one.requests(), two.requests(), other.requests()]).toEqual([4, 4, 2])
  })

  it('replace an unreachable one, which is left alone after its first failure', async () => {
    const port = await freePort()
    const four = await startAt(cleanup, '127.0.0.1', port)
    const names = createFakeNames()
    // An application that listens on IPv4 alone, behind a name with addresses of both families.
    names.set('app', '::1', '127.0.0.1')
    const config = gatewayConfig([`http://app:${port}`], { upstream: 'eject_after: 9, eject_for: 1h' })
    const gateway = await runMovingGateway(cleanup, config, names.resolve)
    for (let i = 0; i < 6; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe('127.0.0.1')
    expect(four.requests()).toBe(6)
    // The only failure is followed by the only lookup out of turn.
    expect(names.asked.length).toBeLessThanOrEqual(2)
  })

  it('are named in the log, beside the server as configured', async () => {
    const { names, url } = await startTwo(ONE)
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve)
    await ask(gateway.port, PUBLIC)
    expect(gateway.lines.find(({ event }) => event === 'gateway')).toMatchObject({
      server: url,
      address: ONE,
    })
  })

  it('keep their failures while they stay in the answer', async () => {
    const { names, one, two, url } = await startTwo(ONE, TWO)
    const config = gatewayConfig([url], { upstream: 'eject_after: 1, eject_for: 1h' })
    const gateway = await runMovingGateway(cleanup, config, names.resolve, { resolveMs: 50 })
    for (let i = 0; i < 2; i++) await ask(gateway.port, PUBLIC)
    await two.close()
    for (let i = 0; i < 2; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    const back = await startAt(cleanup, TWO, one.port)
    names.set('app', ONE, TWO, '127.0.0.9')
    await waitFor('the addresses', () => gateway.lines.find(({ event }) => event === 'addresses_changed'))
    for (let i = 0; i < 6; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    expect(back.requests()).toBe(0)
  })

  it('are checked each on its own', async () => {
    const { names, one, two, url } = await startTwo(ONE, TWO)
    const upstream = 'health: { path: /h, interval: 100ms }, eject_after: 1000'
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url], { upstream }), names.resolve)
    await waitFor('a check of each', () => (one.requests() > 0 && two.requests() > 0 ? true : undefined))
    await two.close()
    const bodies = async (): Promise<readonly string[]> => {
      const all = []
      for (let i = 0; i < 4; i++) all.push((await ask(gateway.port, PUBLIC)).body)
      return all
    }
    await waitFor('the other alone', async () =>
      (await bodies()).every((b) => b === ONE) ? true : undefined,
    )
  })
})

it('ends the check of an address that leaves, which may have another owner by now', async () => {
  let open = 0
  const silent = createServer((socket) => {
    open += 1
    socket.on('close', () => (open -= 1))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => silent.listen(0, ONE, resolve))
  cleanup.add(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const names = createFakeNames()
  names.set('app', ONE)
  const upstream = 'health: { path: /h, interval: 10s, timeout: 60s }'
  const config = gatewayConfig([`http://app:${port}`], { upstream })
  await runMovingGateway(cleanup, config, names.resolve, { resolveMs: 50 })
  await waitFor('the check', () => (open === 1 ? true : undefined))
  names.set('app', TWO)
  await waitFor('its end', () => (open === 0 ? true : undefined))
})

describe('a kept connection', () => {
  it('is not kept beyond its age', async () => {
    const { names, one, url } = await startTwo()
    const times = { maxConnectionAgeMs: 300 }
    const gateway = await runMovingGateway(cleanup, gatewayConfig([url]), names.resolve, times)
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    expect(one.connections()).toBe(1)
    // Although each request makes it busy again.
    await waitFor('another connection', async () => {
      await ask(gateway.port, PUBLIC)
      return one.connections() > 1 ? true : undefined
    })
    await waitFor('the idle one to go', () => (one.open() === 0 ? true : undefined))
  })
})

it('looks up no address and no socket', async () => {
  const names = createFakeNames()
  const app = await startAt(cleanup, ONE)
  const servers = [`http://${ONE}:${app.port}`, `http://[::1]:${app.port}`, 'unix:/run/none.sock']
  const gateway = await runMovingGateway(cleanup, gatewayConfig(servers), names.resolve)
  for (let i = 0; i < 3; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
  expect(names.asked).toEqual([])
})

liveSuite('a server by name over TLS', ['openssl'], () => {
  it('is verified by its name at every address', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const good = await startAt(cleanup, ONE, 0, ca.issue('app'))
    // Somebody else, with a good certificate for another name.
    await startAt(cleanup, TWO, good.port, ca.issue('other'))
    const names = createFakeNames()
    names.set('app', ONE)
    const config = gatewayConfig([`https://app:${good.port}`], { upstream: `ca_file: ${ca.caFile}` })
    const gateway = await runMovingGateway(cleanup, config, names.resolve, { resolveMs: 50 })
    expect((await ask(gateway.port, PUBLIC)).body).toBe(ONE)
    names.set('app', TWO)
    await waitFor('the move', () => gateway.lines.find(({ event }) => event === 'addresses_changed'))
    expect((await ask(gateway.port, PUBLIC)).status).toBe(502)
    expect(String(gateway.lines.find(({ fault }) => fault !== undefined)?.['detail'])).toContain('TLS')
  })
})

describe('an auth service that moves', () => {
  const start = async (names: FakeNames, more = 'timeout: 5s') => {
    const app = await startAt(cleanup, '127.0.0.1')
    const one = await startAt(cleanup, ONE)
    const two = await startAt(cleanup, TWO, one.port)
    names.set('auth', ONE)
    const config = forwardAuthConfig(`http://auth:${one.port}/auth`, `http://127.0.0.1:${app.port}`, more)
    return { one, two, gateway: await runMovingGateway(cleanup, config, names.resolve) }
  }

  it('is found again by the request that its old address refuses', async () => {
    const names = createFakeNames()
    const { one, two, gateway } = await start(names)
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    await one.close()
    names.set('auth', TWO)
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    expect([one.requests(), two.requests()]).toEqual([1, 1])
  })

  it('is asked at its other address when one of them is silent', async () => {
    const names = createFakeNames()
    const app = await startAt(cleanup, '127.0.0.1')
    const port = await startSilentServer(cleanup, ONE)
    const two = await startAt(cleanup, TWO, port)
    names.set('auth', ONE, TWO)
    const urls = [`http://auth:${port}/auth`, `http://127.0.0.1:${app.port}`] as const
    const gateway = await runMovingGateway(cleanup, forwardAuthConfig(...urls, 'timeout: 10s'), names.resolve)
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    expect(two.requests()).toBe(1)
  })

  it('is found at its new address after `resolve`, although the old one still answers', async () => {
    const names = createFakeNames()
    const { one, two, gateway } = await start(names, 'resolve: 1s')
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    names.set('auth', TWO)
    await waitFor('a question to the new address', async () => {
      await ask(gateway.port, { target: '/x' })
      return two.requests() > 0 ? true : undefined
    })
    expect(one.requests()).toBeGreaterThan(0)
  })

  it('denies when it is gone, and names the reason in the log', async () => {
    const names = createFakeNames()
    const { one, gateway } = await start(names)
    await one.close()
    names.remove('auth')
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(502)
    expect(gateway.lines.find(({ reason }) => reason !== undefined)).toMatchObject({
      reason: 'auth_service_failed',
      detail: 'it cannot be reached: ECONNREFUSED',
    })
  })
})
