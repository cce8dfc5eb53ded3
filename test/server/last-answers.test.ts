import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { createLastAnswers } from '../../src/server/last-answers.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { exchange, statusesOf } from '../support/raw-http.ts'
import { runService, type RunningService } from '../support/run-service.ts'

const HEALTH = {
  target: '/v1/auth/nginx',
  host: 'warder',
  headers: [
    ['X-Original-Method', 'GET'],
    ['X-Original-URL', 'https://api.example.com/healthz'],
  ],
} as const

describe('the last answer of a connection', () => {
  it('comes after 500 to 1,500 answers, of all connections together', () => {
    for (const [value, distance] of [
      [0, 500],
      [0.5, 1_000],
      [0.999_999, 1_500],
    ] as const) {
      const isLast = createLastAnswers(() => value)
      const lasts = Array.from({ length: 3 * distance }, isLast)
      expect(lasts.flatMap((last, at) => (last ? [at + 1] : []))).toEqual([1, 2, 3].map((n) => n * distance))
    }
  })
})

describe('the decision listener', () => {
  let service: RunningService
  beforeAll(async () => {
    service = await runService()
  })
  afterAll(() => service.service.stop(0))

  it('ends the connection of a client that pipelines, within 1,500 requests', async () => {
    const { text, closedByServer } = await exchange(
      service.decisionsPort,
      requestText(HEALTH).repeat(5_000),
      () => false,
    ).catch(() => ({ text: '', closedByServer: true }))
    expect(closedByServer).toBe(true)
    expect(statusesOf(text).length).toBeLessThanOrEqual(1_500)
  })

  it('closes a client that never reads, and takes no more of its requests', async () => {
    const socket = connect(service.decisionsPort, '127.0.0.1')
    socket.pause()
    const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()))
    socket.on('error', () => {})
    const block = requestText(HEALTH).repeat(2_000)
    const more = (): void => void (socket.destroyed || (socket.write(block) && setImmediate(more)))
    socket.on('drain', more)
    more()
    await closed
  })

  it('announces the end to a client that asks one question after the other, and loses none', async () => {
    let client = await openClient(service.decisionsPort)
    let ends = 0
    for (let i = 0; i < 3_200; i++) {
      client.send(requestText(HEALTH))
      const answer = await client.receive()
      expect(answer.status).toBe(200)
      if (!answer.values('connection').includes('close')) continue
      ends += 1
      await client.ended
      client = await openClient(service.decisionsPort)
    }
    client.close()
    expect(ends).toBeGreaterThanOrEqual(2)
  })
})
