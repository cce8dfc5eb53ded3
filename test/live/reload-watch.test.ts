/** A `warder serve` of its own whose files are changed in every way in which people and programs change files. */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const ISSUER = createTestIssuer('https://idp.example.test')
const cleanup = createCleanup()
afterAll(() => cleanup.run())

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Cut anywhere between two lines, each beginning is either broken or weaker. */
const configText = (port: number, scope: string): string =>
  `version: 1
listen: { decisions: "127.0.0.1:${port}", admin: off }
issuers: [{ name: main, issuer: "${ISSUER.issuer}", audience: api, keys: { jwks_file: jwks.json } }]
policies:
  all:
    scope: ${scope}
    claims: { sub: alice }
routes:
  - { name: shop, match: { path: /shop/** }, policy: all }
  - { name: all, match: { path: /** }, policy: all }
`

/** A service whose configuration is at `directory/warder.yaml`, and what can be asked of it. */
async function serve(arrange?: (directory: string, text: string) => void) {
  const directory = createTempDir(cleanup)
  const port = await freePort()
  const file = join(directory, 'warder.yaml')
  writeFileSync(join(directory, 'jwks.json'), JSON.stringify(ISSUER.jwks()))
  const text = (scope: string): string => configText(port, scope)
  if (arrange === undefined) writeFileSync(file, text('read'))
  else arrange(directory, text('read'))
  const warder = await startServe(file, port, cleanup)
  /** The answer to a token with the scope `read` and this subject. */
  const judge = async (sub: string): Promise<string> => {
    const token = ISSUER.mint({ aud: 'api', scope: 'read', sub }, Date.now() / 1000)
    const response = await fetch(`http://127.0.0.1:${port}/v1/auth/nginx`, {
      headers: {
        authorization: `Bearer ${token}`,
        'x-original-method': 'GET',
        'x-original-url': 'http://shop.example.test/shop/1',
      },
    })
    return `${response.status} ${response.headers.get('x-decision-reason') ?? ''}`.trim()
  }
  const events = (event: string): readonly Record<string, unknown>[] =>
    warder
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter((line) => line['event'] === event)
  const reloads = (): readonly unknown[] => events('reload').map(({ result }) => result)
  return { directory, file, text, warder, judge, events, reloads }
}

/**
 * Writes in pieces, and calls `between` before each; the longest pause between two of them, in milliseconds, as it
 * came out on a busy machine.
 */
async function writeSlowly(
  file: string,
  pieces: readonly string[],
  pauseMs: number,
  between: () => Promise<void>,
): Promise<number> {
  let longestMs = 0
  writeFileSync(file, '')
  let lastMs = performance.now()
  for (const piece of pieces) {
    await sleep(pauseMs)
    await between()
    appendFileSync(file, piece)
    longestMs = Math.max(longestMs, performance.now() - lastMs)
    lastMs = performance.now()
  }
  return longestMs
}

/**
 * Has a process of its own append to the file, ten times a second, until the returned function is called. An interval
 * of this process may pause for longer than Warder waits, when the machine is busy.
 */
function keepWriting(file: string): () => Promise<unknown> {
  const writer = Bun.spawn(['sh', '-c', 'while printf t >> "$1"; do sleep 0.1; done', 'sh', file])
  const stop = (): Promise<unknown> => {
    writer.kill()
    return writer.exited
  }
  cleanup.add(stop)
  return stop
}

// Each waits for seconds until files are quiet, with a Warder of its own: one after the other they took 50 s.
liveSuite('a watched configuration', [], () => {
  it.concurrent('that is written in pieces for three seconds is taken whole, and nothing before', async () => {
    const { file, text, reloads, warder, judge } = await serve()
    const lines = text('write').match(/.*\n/g) ?? []
    const answers = new Set<string>()
    const longestMs = await writeSlowly(
      file,
      lines,
      300,
      async () => void answers.add(await judge('mallory')),
    )
    expect([...answers]).toEqual(['403 claim_rule_failed'])
    const atTheEnd = reloads()
    await warder.ready('the reload', () => reloads().includes('success') || undefined)
    // A pause of the writer's that is longer than Warder waits is another case, which the next test has.
    if (longestMs < 900) expect([atTheEnd, reloads()]).toEqual([[], ['success']])
  })

  it.concurrent('that pauses for long without its routes stays out of force until a reload is asked for', async () => {
    const { file, text, reloads, warder } = await serve()
    const whole = text('read')
    writeFileSync(file, whole.slice(0, whole.indexOf('routes:')))
    await warder.ready('the refusal', () => reloads().includes('refused') || undefined)
    expect(warder.output()).toContain('ERR_SERVER_RELOAD_DROPS')
    expect(warder.output()).toContain(`kill -HUP ${warder.pid}`)
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready('the reload', () => reloads().includes('success') || undefined)
    expect(reloads()).toEqual(['refused', 'success'])
  })

  const LATER: readonly (readonly [what: string, name: string, change: (text: string) => string])[] = [
    ['reads', 'later.txt', (text) => text.replace('sub: alice', 'sub: "${file:later.txt}"')],
    ['takes keys from', 'later.json', (text) => text.replace('jwks.json', 'later.json')],
  ]
  for (const [what, name, change] of LATER) {
    it.concurrent(`that ${what} a file which is written after it is in force when the file is there`, async () => {
      const { directory, file, text, reloads, warder, judge } = await serve()
      writeFileSync(file, change(text('write')))
      await warder.ready('the refusal', () => reloads().includes('refused') || undefined)
      const content = name === 'later.txt' ? 'alice' : readFileSync(join(directory, 'jwks.json'))
      writeFileSync(join(directory, name), content)
      await warder.ready('the reload', () => reloads().includes('success') || undefined)
      expect([reloads(), await judge('alice')]).toEqual([['refused', 'success'], '403 scope_missing'])
    })
  }

  const WRITERS: readonly (readonly [
    what: string,
    write: (file: string, text: string) => void,
    arrange?: (directory: string, text: string) => void,
  ])[] = [
    ['is written over', (file, text) => writeFileSync(file, text)],
    [
      'is renamed away, written anew and its backup removed, as vim does',
      (file, text) => {
        renameSync(file, `${file}~`)
        writeFileSync(file, text)
        rmSync(`${file}~`)
      },
    ],
    [
      'is replaced by the rename of a temporary file',
      (file, text) => {
        writeFileSync(`${file}.tmp`, text)
        renameSync(`${file}.tmp`, file)
      },
    ],
    [
      'is in a ConfigMap whose link is swapped',
      (file, text) => {
        const directory = join(file, '..')
        mkdirSync(join(directory, '..2'))
        writeFileSync(join(directory, '..2/warder.yaml'), text)
        writeFileSync(join(directory, '..2/jwks.json'), readFileSync(join(directory, 'jwks.json')))
        symlinkSync('..2', join(directory, '..data_tmp'))
        renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
      },
      (directory, text) => {
        mkdirSync(join(directory, '..1'))
        writeFileSync(join(directory, '..1/warder.yaml'), text)
        symlinkSync('..1', join(directory, '..data'))
        symlinkSync('..data/warder.yaml', join(directory, 'warder.yaml'))
      },
    ],
  ]
  for (const [what, write, arrange] of WRITERS) {
    it.concurrent(`that ${what} is reloaded once`, async () => {
      const { file, text, reloads, warder } = await serve(arrange)
      write(file, text('write'))
      const fromMs = performance.now()
      await warder.ready('the reload', () => reloads().length > 0 || undefined)
      if (process.env['WARDER_TIMES'] !== undefined)
        console.info(`${what}: ${Math.round(performance.now() - fromMs)} ms`)
      expect(reloads()).toEqual(['success'])
    })
  }

  it.concurrent('that is emptied by a shell keeps the old one in force, and is taken when it is written', async () => {
    const { file, text, reloads, warder } = await serve()
    Bun.spawnSync(['sh', '-c', 'echo > "$1"', 'sh', file])
    await warder.ready('the refusal', () => reloads().length > 0 || undefined)
    writeFileSync(file, text('write'))
    await warder.ready('the reload', () => reloads().includes('success') || undefined)
    expect(reloads()).toEqual(['refused', 'success'])
  })

  it.concurrent('that is never finished is not taken, which the log reports once', async () => {
    const { file, reloads, events } = await serve()
    writeFileSync(file, `${readFileSync(file, 'utf8')}# `)
    const stop = keepWriting(file)
    await waitFor('the line', () => events('watch').length > 0 || undefined)
    expect([events('watch').length, reloads()]).toEqual([1, []])
    await stop()
    await waitFor('the reload', () => reloads().length > 0 || undefined)
    expect([events('watch').length, reloads()]).toEqual([1, ['success']])
  })

  it.concurrent('names a file that is still being written: both are taken when both are', async () => {
    const { directory, file, text, reloads, warder } = await serve()
    const scope = join(directory, 'scope')
    writeFileSync(scope, 'wri')
    writeFileSync(file, text('${file:scope}'))
    const stop = keepWriting(scope)
    await warder.ready('the line', () => /files keep changing/.exec(warder.output())?.[0])
    expect(reloads()).toEqual([])
    await stop()
    writeFileSync(scope, 'write')
    await warder.ready('the reload', () => reloads().length > 0 || undefined)
    expect(reloads()).toEqual(['success'])
  })
})
