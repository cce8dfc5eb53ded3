/**
 * `npm test`: the whole test run, or the files given. Gets the real programs of the live tests first; the last
 * line is always the counts.
 */
import { ensurePrograms, PROGRAM_PATH, type Program } from './programs.ts'
import { formatCounts, readCounts } from './test-counts.ts'

const ROOT = `${import.meta.dir}/..`
const LIVE_TEST_PROGRAMS: readonly Program[] = [
  'nginx',
  'haproxy',
  'openssl',
  'chromium',
  'curl',
  'hypercorn',
]
// For tests that start real programs on a busy machine; the others take milliseconds.
const TEST_TIMEOUT_MS = 30_000
// The summary is at the end, and a run may print megabytes.
const KEPT_OUTPUT_CHARS = 64 * 1024
const LAST_WORDS_MS = 2000
/** Their numbers; a shell reports 128 more. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type Signal = keyof typeof SIGNALS

const given = process.argv.slice(2)

await preparePrograms()
const { output, code, signal } = await runBunTest()
if (signal !== undefined) {
  // Counts of half a run read like those of a whole one.
  console.log(`interrupted by ${signal}: not all tests have run`)
  process.exit(128 + SIGNALS[signal])
}
const counts = readCounts(output)
console.log(formatCounts(counts))
const ranNothing = counts.passed + counts.failed === 0
process.exit(code === 0 && ranNothing ? 1 : code)

async function preparePrograms(): Promise<void> {
  const missing = await ensurePrograms(LIVE_TEST_PROGRAMS)
  if (missing.length === 0) return
  console.error(`\n!! Not installed: ${missing.join(', ')}. THE LIVE TESTS WITH THEM DO NOT RUN.\n`)
  if (process.env['CI'] !== 'true') return
  console.error('With CI=true every live test has to run.')
  console.log(formatCounts({ passed: 0, failed: 0, skipped: 0 }))
  process.exit(1)
}

async function runBunTest(): Promise<{
  readonly output: string
  readonly code: number
  /** What this process was interrupted by. */
  readonly signal: Signal | undefined
}> {
  const namesFiles = given.some((argument, index) => !argument.startsWith('-') && given[index - 1] !== '-t')
  const child = Bun.spawn(
    [process.execPath, 'test', `--timeout=${TEST_TIMEOUT_MS}`, ...given, ...(namesFiles ? [] : ['./test'])],
    {
      cwd: ROOT,
      stdin: 'ignore',
      stdout: 'inherit',
      // Bun reports on standard error, which is read on its way to the terminal.
      stderr: 'pipe',
      env: { ...process.env, PATH: PROGRAM_PATH, ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}) },
    },
  )
  let interruptedBy: Signal | undefined
  for (const signal of Object.keys(SIGNALS) as Signal[]) {
    process.on(signal, () => {
      interruptedBy ??= signal
      child.kill(signal)
    })
  }
  const reading = relay(child.stderr)
  const code = await child.exited
  // A process that a test forgot keeps the pipe open; its words are not waited for.
  await Promise.race([reading.ended, Bun.sleep(LAST_WORDS_MS)])
  return { output: reading.text(), code, signal: interruptedBy }
}

/** Passes everything on to standard error, and keeps the end of it. */
function relay(stream: ReadableStream<Uint8Array>): { readonly ended: Promise<void>; text(): string } {
  let output = ''
  const decoder = new TextDecoder()
  const read = async (): Promise<void> => {
    for await (const chunk of stream) {
      process.stderr.write(chunk)
      output = (output + decoder.decode(chunk, { stream: true })).slice(-KEPT_OUTPUT_CHARS)
    }
  }
  return { ended: read(), text: () => output }
}
