import { describe, expect, it, spyOn } from 'bun:test'
import { relayLines } from '../../../src/app/workers/relay-lines.ts'

/** Lines of a worker, one after the other. */
async function* lines(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new TextEncoder().encode(`${i}\n`)
}

describe('the log of a worker', () => {
  it('is read while there is room, and not before there is again', async () => {
    const taken: string[] = []
    const { promise: room, resolve } = Promise.withResolvers<void>()
    const relayed = relayLines(
      lines(3),
      (text) => {
        taken.push(text)
        return taken.length === 2 ? room : undefined
      },
      new Promise(() => {}),
    )
    await Bun.sleep(0)
    expect(taken).toEqual(['0\n', '1\n'])
    resolve()
    await relayed
    expect(taken).toEqual(['0\n', '1\n', '2\n'])
  })

  it('waits for nothing when the worker has ended', async () => {
    const taken: string[] = []
    const { promise: exited, resolve } = Promise.withResolvers<void>()
    const relayed = relayLines(
      lines(3),
      (text) => {
        taken.push(text)
        return new Promise(() => {})
      },
      exited,
    )
    await Bun.sleep(0)
    expect(taken).toEqual(['0\n'])
    resolve()
    await relayed
    expect(taken).toEqual(['0\n', '1\n', '2\n'])
  })

  it('leaves nothing behind with the process, however often it has to wait', async () => {
    const exited = new Promise<void>(() => {})
    const asked = spyOn(exited, 'then')
    await relayLines(lines(100), () => Promise.resolve(), exited)
    expect(asked).toHaveBeenCalledTimes(1)
  })
})
