import { expect, it } from 'bun:test'
import { createKeptLinks } from '../../../src/gateway/upstream/kept-links.ts'
import { createFakeWire } from '../../support/fake-wire.ts'

const NEVER = { add() {}, remove() {}, close() {} }
const link = (ageMs = 0) => ({ wire: createFakeWire(), openedMs: performance.now() - ageMs })

it('closes a kept connection whose server sends bytes that answer no request, or its end', () => {
  for (const event of ['onData', 'onEnd'] as const) {
    const kept = createKeptLinks(60_000, NEVER)
    const { wire, openedMs } = link()
    expect(kept.keep({ wire, openedMs })).toBe(true)
    wire.events[event](Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
    expect([wire.ending, kept.take()]).toEqual(['destroyed', undefined])
  }
})

it('keeps none that has reached its age, that is closed, or that comes after the close', () => {
  const kept = createKeptLinks(60_000, NEVER)
  expect(kept.keep(link(60_000))).toBe(false)
  const closed = link()
  closed.wire.close()
  expect(kept.keep(closed)).toBe(false)
  const idle = link()
  expect(kept.keep(idle)).toBe(true)
  kept.close()
  expect([idle.wire.ending, kept.keep(link()), kept.take()]).toEqual(['destroyed', false, undefined])
})

it('keeps 256, and hands out the one that was kept last', () => {
  const kept = createKeptLinks(60_000, NEVER)
  const links = Array.from({ length: 257 }, () => link())
  expect(links.map((one) => kept.keep(one)).lastIndexOf(true)).toBe(255)
  expect(kept.take()?.wire).toBe(links[255]?.wire as never)
})
