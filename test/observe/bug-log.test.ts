import { afterEach, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

it('a bug ends the affected connection, is logged without secrets, and the process continues', async () => {
  const program = startProgram([process.execPath, `${import.meta.dir}/../support/live/bug-main.ts`])
  cleanup.add(() => program.stop())
  const port = Number(await waitFor('the listener', () => /127\.0\.0\.1:(\d+)/.exec(program.output())?.[1]))
  for (const round of [1, 2]) {
    const socket = connect(port, '127.0.0.1', () => socket.write('anything'))
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    const bugs = (): number => program.output().split('a bug in a socket, 8 bytes').length - 1
    await waitFor(`bug ${round} in the log`, () => bugs() === round || undefined)
  }
  for (const place of ['a timer', 'a promise'])
    await waitFor(`the bug in ${place}`, () => program.output().includes(`a bug in ${place}`) || undefined)
  expect(program.output()).not.toContain('eyJ')
  // The whole way to the bug, not its first lines alone.
  expect(program.output()).toContain('frame40')
})
