import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startProgram } from '../support/live/child-program.ts'
import { waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const MAIN = join(import.meta.dir, '../support/live/log-main.ts')

interface Line {
  readonly event?: string
  readonly dropped?: number
  readonly name?: string
  readonly number?: number
}

/** Throws on a line that is not whole. */
const linesOf = (output: string): readonly Line[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

const numbersOf = (lines: readonly Line[], name: string): readonly (number | undefined)[] =>
  lines.filter((line) => line.name === name).map(({ number }) => number)

/** Nothing is read from its stdout until somebody does. */
function startUnread(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  cleanup.add(() => child.kill('SIGKILL'))
  return child
}

describe('the log of a process', () => {
  for (const [end, code] of [
    ['flush', 0],
    ['exit', 3],
    ['throw', 1],
    ['natural', 0],
  ] as const) {
    it(`is written to its last line if the process ends by ${end}`, async () => {
      const child = startUnread(['a', '7', end])
      const [output, [exitCode]] = await Promise.all([text(child.stdout as never), once(child, 'exit')])
      expect(exitCode).toBe(code)
      expect(numbersOf(linesOf(output), 'a')).toEqual([0, 1, 2, 3, 4, 5, 6])
    })
  }

  it('is written without an end, so that a kill loses only the last moment', async () => {
    const child = startProgram([process.execPath, MAIN, 'a', '7', 'wait'])
    cleanup.add(() => child.stop('SIGKILL'))
    await waitFor('the last line', () => child.output().includes('"number":6') || undefined)
  })

  it('never waits for a reader that stopped, and counts every line that it loses', async () => {
    const COUNT = 40_000
    const child = startUnread(['a', String(COUNT), 'read'])
    const [said] = (await once(child.stderr as never, 'data')) as [Buffer]
    const accepted = Number(/accepted (\d+)/.exec(said.toString())?.[1])
    // The buffer, and the pipe; the program went on to its end without a reader.
    expect(accepted).toBeGreaterThan(8_000)
    expect(accepted).toBeLessThan(COUNT)
    child.stdin?.write('go')
    const lines = linesOf(await text(child.stdout as never))
    const numbers = numbersOf(lines, 'a')
    expect(numbers).toHaveLength(accepted + 1)
    expect(numbers.at(-1)).toBe(-1)
    expect(numbers.slice(0, -1)).toEqual(numbers.slice(0, -1).toSorted((a, b) => Number(a) - Number(b)))
    const dropped = lines.filter(({ event }) => event === 'log').map((line) => line.dropped ?? 0)
    expect(dropped.reduce((sum, lost) => sum + lost, 0)).toBe(COUNT - accepted)
  })

  it('is whole, and lost nothing, when its disk was full for a while', async () => {
    const COUNT = 1_000
    const file = join(createTempDir(cleanup), 'log')
    // Of 512 bytes each: the file takes half of a line at last. The signal would end the process.
    const limited = `trap '' XFSZ; ulimit -f 64; exec '${process.execPath}' '${MAIN}' a ${COUNT} read >>'${file}'`
    const child = spawn('sh', ['-c', limited], { stdio: ['pipe', 'ignore', 'pipe'] })
    cleanup.add(() => child.kill('SIGKILL'))
    await once(child.stderr as never, 'data')
    await waitFor('the file to be full', () => statSync(file).size === 64 * 512 || undefined)
    child.stdin?.write('go')
    let log = ''
    const exited = once(child, 'exit')
    let isOver = false
    void exited.then(() => (isOver = true))
    // As a rotation that copies the file and empties it.
    await waitFor('the rest', () => {
      if (statSync(file).size === 64 * 512) {
        log += readFileSync(file, 'utf8')
        truncateSync(file)
      }
      return isOver || undefined
    })
    log += readFileSync(file, 'utf8')
    expect((await exited)[0]).toBe(0)
    const all = Array.from({ length: COUNT }, (_, number) => number)
    expect(numbersOf(linesOf(log), 'a')).toEqual([...all, -1])
  }, 20_000)

  it('does not mix with that of another process on the same pipe', async () => {
    const COUNT = 5_000
    const run = (name: string): string => `'${process.execPath}' '${MAIN}' ${name} ${COUNT} flush`
    const both = startProgram(['sh', '-c', `${run('a')} & ${run('b')} & wait`])
    cleanup.add(() => both.stop('SIGKILL'))
    await both.exited
    const lines = linesOf(both.output().replaceAll(/accepted \d+\n/g, ''))
    const all = Array.from({ length: COUNT }, (_, number) => number)
    for (const name of ['a', 'b']) expect(numbersOf(lines, name)).toEqual(all)
  })
})
