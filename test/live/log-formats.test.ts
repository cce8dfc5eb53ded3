import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, it } from 'bun:test'
import { goProgramPath } from '../../tools/go-programs.ts'
import { lineFormatter } from '../../src/observe/formats/line-style.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const HOSTILE = [
  '/plain',
  '/a=b',
  '/"',
  '/\\',
  '/\\"x',
  '/two words',
  '/\u202e',
  '/\nlevel=error',
  '/ü',
  '/=',
  '',
]

/** A program that reads the log as it grows. */
const startWarder = async (
  cleanup: ReturnType<typeof createCleanup>,
  configOf: (port: number) => string,
  command = [process.execPath, MAIN],
  env: Readonly<Record<string, string>> = {},
) => {
  const port = await freePort()
  const file = join(createTempDir(cleanup), 'warder.yaml')
  writeFileSync(file, configOf(port))
  const [program = '', ...args] = [...command, 'serve', '-c', file]
  const { NO_COLOR: _, ...inherited } = process.env
  const warder = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...inherited, ...env } })
  cleanup.add(() => warder.kill('SIGKILL'))
  let log = ''
  warder.stdout.setEncoding('utf8').on('data', (piece: string) => (log += piece))
  await waitFor('Warder', async () => (await isListening(port)) || undefined)
  return { warder, file, port, log: () => log, ask: () => fetch(`http://127.0.0.1:${port}/v1/auth/token`) }
}

const configWith =
  (log: string, workers = 1) =>
  (port: number): string =>
    `version: 1
workers: ${workers}
issuers: [{ issuer: "https://idp.example.com", audience: a, keys: { secret: "0123456789abcdef0123456789abcdef" } }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
log: { ${log} }
drain: 0s
`

liveSuite('logfmt, read by go-logfmt', ['logfmt-reader'], () => {
  it('has every value as it was', async () => {
    const format = lineFormatter({ format: 'logfmt', isColoured: false })
    const reader = spawn(goProgramPath('logfmt-reader'), { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(reader, 'exit')
    for (const path of HOSTILE)
      reader.stdin.write(format('info', '2026-11-29T10:00:00.000Z', { event: 'x', path, n: 1 }, path))
    reader.stdin.end()
    const read = (await text(reader.stdout)).trimEnd().split('\n')
    expect(await ended).toEqual([0, null])
    expect(read.map((line) => JSON.parse(line) as unknown)).toEqual(
      HOSTILE.map((path) => [
        ['level', 'info'],
        ['time', '2026-11-29T10:00:00.000Z'],
        ['event', 'x'],
        ['path', path],
        ['n', '1'],
        ['msg', path],
      ]),
    )
  })
})

liveSuite('the format of the log', ['python3'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('is JSON in a pipe, from the first line to the last', async () => {
    const { warder, log, ask } = await startWarder(cleanup, configWith('denials_per_second: 9'))
    const ended = once(warder, 'exit')
    expect((await ask()).status).toBe(401)
    warder.kill('SIGTERM')
    await ended
    const lines = log().trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'start',
      'decision',
      'stop',
      'stopped',
    ])
  })

  for (const workers of [1, 2]) {
    it(`changes with a reload, with ${workers} processes that serve`, async () => {
      const config = (format: string) => configWith(`format: ${format}`, workers)
      const { warder, file, port, log, ask } = await startWarder(cleanup, config('logfmt'))
      await waitFor('the first line', () => /^level=info .* event=start /m.test(log()) || undefined)
      expect((await ask()).status).toBe(401)
      await waitFor('a denial', () => /^level=info .* reason=token_missing /m.test(log()) || undefined)
      expect(log()).not.toContain('{')
      writeFileSync(`${file}.next`, config('ecs')(port))
      renameSync(`${file}.next`, file)
      warder.kill('SIGHUP')
      await waitFor('the reload', () => /^\{.*"event.action":"reload"/m.test(log()) || undefined)
      expect((await ask()).status).toBe(401)
      await waitFor('a denial', () => /^\{.*"event.reason":"token_missing"/m.test(log()) || undefined)
      warder.kill('SIGTERM')
      await once(warder, 'exit')
    })
  }

  /** Runs a program on a terminal of its own, and copies what it prints. */
  const ON_A_TERMINAL = ['python3', '-c', 'import pty, sys; pty.spawn(sys.argv[1:])', process.execPath, MAIN]

  it('is text on a terminal, with colours unless NO_COLOR is set', async () => {
    for (const [env, isColoured] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      for (const workers of [1, 2]) {
        const { warder, log, ask } = await startWarder(
          cleanup,
          configWith('denials_per_second: 9', workers),
          ON_A_TERMINAL,
          env,
        )
        expect((await ask()).status).toBe(401)
        const line = await waitFor('a denial', () => /^.*denied: token_missing.*$/m.exec(log())?.[0])
        expect(line).toMatch(
          isColoured ? /\u001b\[32mINFO/ : /^\S+ INFO {2}denied: token_missing {2}status=401 /,
        )
        expect(line.includes('\u001b')).toBe(isColoured)
        // Ctrl-C: the terminal signals its processes, and the program that owns it ends with them.
        warder.stdin.write('\u0003')
        await once(warder, 'exit')
      }
    }
  })
})
