import { afterEach, describe, expect, it } from 'bun:test'
import type { HistoryAnswer } from '../../src/admin/decision-record.ts'
import { HISTORY_ANSWER } from '../../src/admin/watch-rows.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { asked, mint } from '../support/mint.ts'
import { runService, type RunningService } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

async function start(): Promise<RunningService> {
  const running = await runService()
  cleanup.add(() => running.service.stop(0))
  return running
}

const decide = async ({ decisions }: RunningService, token?: string): Promise<string> => {
  const response = await fetch(`${decisions}/v1/auth/nginx`, {
    headers: asked('GET', 'https://api.example.com/orders/1', token),
  })
  await response.arrayBuffer()
  return response.headers.get('x-decision-id') ?? ''
}

/** The text of the events, until it has what is waited for. */
async function eventsUntil({ admin }: RunningService, wanted: () => string | undefined): Promise<string> {
  const response = await fetch(`${admin}/v1/events`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ])
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true })
    const word = wanted()
    if (word !== undefined && text.includes(word)) break
  }
  return text
}

describe('what follows the decisions of a service', () => {
  it('has an event for each new decision, and statistics', async () => {
    const service = await start()
    await decide(service)
    let isAsked = false
    let id: string | undefined
    const text = await eventsUntil(service, () => {
      // Only what comes after the first answer is new.
      if (!isAsked) void decide(service, mint({ scope: 'orders:read' })).then((one) => (id = one))
      isAsked = true
      return id
    })
    expect(text.startsWith('retry: 2000\n\nevent: stats\ndata: {')).toBe(true)
    expect(text.match(/event: decision/g)).toHaveLength(1)
    expect(text).toContain(`"id":"${id}"`)
    expect(text).toMatch(/"outcomes":\{"allow":1,"deny":0\}/)
  })

  it('has a history, with what happened to the keys', async () => {
    const { admin } = await start()
    const answer = await (await fetch(`${admin}/v1/history`)).json()
    HISTORY_ANSWER.parse(answer)
    const { issuers } = answer as HistoryAnswer
    expect(issuers).toMatchObject([{ name: 'main', source: 'secret' }])
  })
})
