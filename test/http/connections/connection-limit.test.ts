import { afterEach, describe, expect, it } from 'bun:test'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { createConnectionLimit, type LimitReached } from '../../../src/http/connections/connection-limit.ts'
import type { Expiring } from '../../../src/http/deadlines.ts'
import { answerOf, askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/' }

/** A limit whose connections are names, and what becomes of them. */
function nameLimit(max: number) {
  const closed: string[] = []
  const reports: LimitReached[] = []
  const items = new Set<Expiring>()
  const deadlines = {
    add: (item: Expiring) => void items.add(item),
    remove: (item: Expiring) => void items.delete(item),
    close() {},
  }
  const setting = { max }
  const connections = createConnectionLimit(
    () => setting.max,
    (report) => reports.push(report),
    deadlines,
  )
  const byName = new Map<string, { readonly close: () => void }>()
  const of = (name: string) => {
    const known = byName.get(name) ?? { close: () => void closed.push(name) }
    byName.set(name, known)
    return known
  }
  return {
    closed,
    reports,
    setting,
    size: () => connections.size,
    refused: () => connections.refused,
    enter: (name: string): boolean => {
      if (!connections.allowsOneMore()) return false
      connections.add(of(name))
      return true
    },
    busy: (name: string) => connections.setBusy(of(name)),
    idle: (name: string) => connections.setIdle(of(name)),
    leave: (name: string) => connections.remove(of(name)),
    second: () => {
      for (const item of items) item.onDeadline()
    },
  }
}

describe('the connections of a listener', () => {
  it('are closed for a new one in the order in which they became idle', () => {
    const { enter, busy, idle, closed, size } = nameLimit(4)
    for (const name of ['a', 'b', 'c', 'd']) enter(name)
    for (const name of ['a', 'b', 'd']) busy(name)
    for (const name of ['d', 'a']) idle(name)
    for (const name of ['e', 'f', 'g', 'h']) expect(enter(name)).toBe(true)
    expect([closed, size()]).toEqual([['c', 'd', 'a', 'e'], 4])
  })

  it('refuse a new one while each has a request under way', () => {
    const { enter, busy, idle, leave, closed } = nameLimit(2)
    for (const name of ['a', 'b']) {
      enter(name)
      busy(name)
      busy(name)
    }
    expect(enter('c')).toBe(false)
    leave('a')
    leave('a')
    expect([enter('c'), enter('d'), enter('e')]).toEqual([true, true, true])
    idle('a')
    expect(closed).toEqual(['c', 'd'])
  })

  it('become fewer when the limit does', () => {
    const { enter, setting, closed, size } = nameLimit(5)
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name)
    setting.max = 2
    enter('f')
    expect([closed, size()]).toEqual([['a', 'b', 'c', 'd'], 2])
  })

  it('report the reached limit at once, and then once a second', () => {
    const { enter, busy, reports, second, refused } = nameLimit(1)
    enter('a')
    enter('b')
    enter('c')
    busy('c')
    enter('d')
    expect(reports).toEqual([{ open: 0, limit: 'max_connections', closedIdle: 1, refused: 0 }])
    second()
    expect(reports.at(-1)).toEqual({ open: 1, limit: 'max_connections', closedIdle: 1, refused: 1 })
    second()
    second()
    expect(reports.length).toBe(2)
    enter('e')
    expect(reports.at(-1)).toEqual({ open: 1, limit: 'max_connections', closedIdle: 0, refused: 1 })
    expect(refused()).toBe(2)
  })

  it('are idle in the order of a list, whatever becomes of them', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd')
    const step = fc.constantFrom('enter', 'busy', 'busy', 'idle', 'idle', 'leave')
    const steps = fc.array(fc.tuple(step, names), { minLength: 10, maxLength: 60 })
    fc.assert(
      fc.property(steps, (all) => {
        const { setting, closed, size, enter, busy, idle, leave } = nameLimit(4)
        const present = new Set<string>()
        let waiting: string[] = []
        for (const [step, name] of all) {
          if ((step === 'enter') === present.has(name)) continue
          ;({ enter, busy, idle, leave })[step](name)
          const isWaiting = waiting.includes(name)
          if (step !== 'idle' || !isWaiting) waiting = waiting.filter((one) => one !== name)
          if (step === 'enter' || (step === 'idle' && !isWaiting)) waiting.push(name)
          if (step === 'enter') present.add(name)
          if (step === 'leave') present.delete(name)
        }
        const busyCount = present.size - waiting.length
        setting.max = 1
        enter('new')
        expect(closed).toEqual(waiting)
        expect(size()).toBe(Math.max(busyCount, 1))
      }),
    )
  })

  it('stay within the limit however many arrive', () => {
    const { enter, size } = nameLimit(1_000)
    for (let i = 0; i < 100_000; i++) enter(String(i))
    expect(size()).toBe(1_000)
  })
})

describe('a full gateway', () => {
  it('closes the longest idle connection for a new one, and reports it', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'max_connections: 2' }), cleanup)
    const first = await openClient(gateway.port)
    const second = await openClient(gateway.port)
    // Used since: the second is now idle for longer.
    first.send(requestText(PUBLIC))
    await first.receive()
    const third = await openClient(gateway.port)
    await second.ended
    for (const client of [third, first]) {
      client.send(requestText(PUBLIC))
      expect((await client.receive()).status).toBe(200)
    }
    const line = await waitFor('the log line', () =>
      gateway.lines.find(({ event }) => event === 'connections_full'),
    )
    expect(line).toMatchObject({
      level: 'warn',
      closed_idle: 1,
      refused: 0,
      listener: `127.0.0.1:${gateway.port}`,
    })
    for (const client of [first, third]) client.close()
  })

  it('closes a new connection at once while all others have requests under way', async () => {
    const waiting: Socket[] = []
    const app = await startRawUpstream(cleanup, (_, socket) => void waiting.push(socket))
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'max_connections: 1' }), cleanup)
    const busy = await openClient(gateway.port)
    busy.send(requestText(PUBLIC))
    const socket = await waitFor('the request to be under way', () => waiting[0])
    const late = await openClient(gateway.port)
    await late.ended
    socket.write(OK)
    expect((await busy.receive()).body).toBe('ok')
    const next = await openClient(gateway.port)
    await busy.ended
    next.send(requestText(PUBLIC))
    const again = await waitFor('its request', () => waiting[1])
    again.write(OK)
    expect((await next.receive()).status).toBe(200)
    next.close()
  })
})

liveSuite('a full gateway of HTTP/2', ['openssl'], () => {
  it('closes an idle connection for a new one, and refuses the new one while none is idle', async () => {
    const waiting: Socket[] = []
    const app = await startRawUpstream(cleanup, ({ target }, socket) => {
      if (target.endsWith('slow')) waiting.push(socket)
      else socket.write(OK)
    })
    const gateway = await runHttp2Gateway([app.url], cleanup, { listen: 'max_connections: 1' })
    const idle = await gateway.session()
    expect((await askHttp2(idle, { ':path': '/public/' })).status).toBe(200)
    const busy = await gateway.session()
    await waitFor('the idle one to be closed', () => idle.closed || undefined)
    const request = { ':authority': 'api.example.com', ':path': '/public/slow' }
    const answer = answerOf(busy.request(request, { endStream: true }))
    const socket = await waitFor('the request to be under way', () => waiting[0])
    const late = await gateway.session().catch(() => undefined)
    if (late !== undefined) await waitFor('the late one to be closed', () => late.closed || undefined)
    socket.write(OK)
    expect(await answer).toMatchObject({ status: 200, body: 'ok' })
    const next = await gateway.session()
    expect((await askHttp2(next, { ':path': '/public/' })).status).toBe(200)
  })
})
