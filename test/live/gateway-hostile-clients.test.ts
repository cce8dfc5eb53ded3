/** Clients that hold what they can get: connections, halves of requests, places in the queue. */
import { execFileSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { ask, openClient } from '../support/live/raw-client.ts'
import { startServedGateway, type ServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { statusesOf } from '../support/raw-http.ts'
import { gatewayConfig, runGateway, startRawUpstream, type RawUpstream } from '../support/run-gateway.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const IDLE_CLIENTS = join(import.meta.dir, '../support/live/idle-clients-main.ts')
const good = `Authorization: Bearer ${mint({ scope: 'orders:read' })}\r\n`
const DRIPPED_HEAD = 'GET /public/dripped HTTP/1.1\r\nHost: a\r\nX: '
const DRIPPED_BODY = 'POST /public/dripped HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n'

/** As many as asked for, or what this machine allows one process to open. */
function affordable(wanted: number): number {
  const hard = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'latin1' }))
  return Number.isNaN(hard) ? wanted : Math.min(wanted, hard - 500)
}

/** A client that goes on byte by byte, and never comes to an end. */
function drip(
  port: number,
  start: string,
): { readonly text: () => string; readonly isClosed: () => boolean } {
  const socket: Socket = connect(port, '127.0.0.1')
  let text = ''
  let isClosed = false
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => {})
  socket.write(start)
  const dripping = setInterval(() => void socket.write('x'), 200)
  socket.on('close', () => {
    isClosed = true
    clearInterval(dripping)
  })
  return { text: () => text, isClosed: () => isClosed }
}

liveSuite('a gateway among hostile clients', [], () => {
  const cleanup = createCleanup()
  let app: RawUpstream
  let gateway: ServedGateway
  let drips: readonly ReturnType<typeof drip>[]

  beforeAll(async () => {
    app = await startRawUpstream(cleanup, ({ target }, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`)
    })
    const config = gatewayConfig([app.url], { upstream: 'idle_timeout: 2s' })
    gateway = await startServedGateway(config.replace('access_log: true', 'access_log: false'), cleanup)
    // They take ten seconds; the other tests run meanwhile.
    drips = Array.from({ length: 50 }, () => drip(gateway.port, DRIPPED_HEAD))
  })
  afterAll(() => cleanup.run())

  const answers = async (target: string): Promise<boolean> =>
    (await ask(gateway.port, { target })).body === target

  it('serves others while thousands of connections are held idle, and closes none of them', async () => {
    const count = affordable(10_000)
    const clients = startProgram([process.execPath, IDLE_CLIENTS, String(gateway.port), String(count)])
    cleanup.add(() => clients.stop('SIGKILL'))
    await clients.ready('all connections', () => clients.output().includes(`held ${count}`) || undefined)
    for (let i = 0; i < 50; i++) expect(await answers(`/public/held-${i}`)).toBe(true)
    expect(clients.output()).not.toContain('closed')
    await clients.stop('SIGKILL')
  })

  it('answers a thousand pipelined requests in their order, each judged by itself', async () => {
    const targets = Array.from({ length: 1_000 }, (_, i) => (i % 3 === 0 ? `/public/${i}` : `/orders/${i}`))
    const isAllowed = (i: number): boolean => i % 3 !== 2
    const client = await openClient(gateway.port)
    cleanup.add(() => client.close())
    client.send(
      targets
        .map((target, i) => `GET ${target} HTTP/1.1\r\nHost: a\r\n${i % 3 === 1 ? good : ''}\r\n`)
        .join(''),
    )
    const seen: string[] = []
    for (const _ of targets) {
      const { status, body } = await client.receive()
      seen.push(status === 200 ? body : String(status))
    }
    expect(seen).toEqual(targets.map((target, i) => (isAllowed(i) ? target : '401')))
    const reached = app.received.map(({ target }) => target).filter((target) => /^\/\w+\/\d+$/.test(target))
    expect(reached).toEqual(targets.filter((_, i) => isAllowed(i)))
  })

  it('lets go of clients that stop within their body, and of the server that they held', async () => {
    const head = 'POST /public/half HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf'
    const clients = await Promise.all(Array.from({ length: 50 }, () => openClient(gateway.port)))
    for (const client of clients) client.send(head)
    expect(await answers('/public/beside')).toBe(true)
    for (const client of clients) {
      expect((await client.receive()).status).toBe(408)
      await client.ended
      client.close()
    }
    await waitFor('the server to be free', () =>
      app.connections.filter(({ closed }) => !closed).length <= 1 ? true : undefined,
    )
    expect(app.received.map(({ target }) => target)).not.toContain('/public/half')
  })

  it('lets go of a client that sends its body byte by byte, if there is a total_timeout', async () => {
    const server = await startRawUpstream(cleanup)
    const config = gatewayConfig([server.url], { upstream: 'idle_timeout: 1h, total_timeout: 1s' })
    const slow = drip((await runGateway(config, cleanup)).port, DRIPPED_BODY)
    await waitFor('the end of it', () => slow.isClosed() || undefined)
    expect(statusesOf(slow.text())).toEqual([504])
    expect(server.received).toEqual([])
    await waitFor(
      'the server to be free',
      () => server.connections.every(({ closed }) => closed) || undefined,
    )
  })

  it('lets go of clients that send their head byte by byte (slowloris)', async () => {
    await waitFor('the end of them', async () => {
      expect(await answers('/public/beside')).toBe(true)
      return drips.every(({ isClosed }) => isClosed()) || undefined
    })
    expect(new Set(drips.map(({ text }) => statusesOf(text()).join()))).toEqual(new Set(['408']))
    expect(app.bytes()).not.toContain('dripped')
  })
})
