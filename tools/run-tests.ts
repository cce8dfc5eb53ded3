/**
 * `npm test`: the whole test run, or the files given. Gets the real programs of the live tests first, if it may; the
 * last line is always the counts, unless the run was interrupted. `--quick` leaves out the live tests.
 */
import { readdirSync } from 'node:fs'
import { HOW_TO_FORBID, INSTALL_FLAG, mayInstall, NO_INSTALL_FLAG } from './may-install.ts'
import { describeInstallation, ensurePrograms, findMissing, PROGRAM_PATH, type Program } from './programs.ts'
import { formatCounts, readCounts } from './test-counts.ts'

const ROOT = `${import.meta.dir}/..`
const LIVE_TEST_PROGRAMS: readonly Program[] = [
  'nginx',
  'haproxy',
  'openssl',
  'chromium',
  'curl',
  'hypercorn',
  'php',
]
// For tests that start real programs on a busy machine; the others take milliseconds.
const TEST_TIMEOUT_MS = 30_000
// The summary is at the end, and a run may print megabytes.
const KEPT_OUTPUT_CHARS = 64 * 1024
const LAST_WORDS_MS = 2000
/** Their numbers; a shell reports 128 more. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type Signal = keyof typeof SIGNALS

const QUICK_FLAG = '--quick'
/** Folders of test/ that need real programs, or whose tests wait for deadlines of sockets; or that hold no tests. */
const NOT_QUICK: ReadonlySet<string> = new Set(['live', 'gateway', 'golden', 'support'])

const args = process.argv.slice(2)
const isQuick = args.includes(QUICK_FLAG)
const given = args.filter((argument) => ![QUICK_FLAG, INSTALL_FLAG, NO_INSTALL_FLAG].includes(argument))

if (!isQuick) await preparePrograms()
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
  const wanted = describeInstallation(LIVE_TEST_PROGRAMS)
  const missing = (await isAllowed(wanted))
    ? await ensurePrograms(LIVE_TEST_PROGRAMS)
    : findMissing(LIVE_TEST_PROGRAMS)
  if (missing.length === 0) return
  console.error(`\n!! Not installed: ${missing.join(', ')}. THE LIVE TESTS WITH THEM DO NOT RUN.\n`)
  if (process.env['CI'] !== 'true') return
  console.error('With CI=true every live test has to run.')
  console.log(formatCounts({ passed: 0, failed: 0, skipped: 0 }))
  process.exit(1)
}

/** Whether the packages may be installed; says so first, and why. */
async function isAllowed(packages: readonly string[]): Promise<boolean> {
  if (packages.length === 0) return true
  const what = `the live tests run real programs, and these are missing: ${packages.join(', ')}`
  const answer = mayInstall({ args, env: process.env, isTerminal: process.stdin.isTTY })
  if (answer === 'ask') return /^y/i.test(prompt(`${what}.\nInstall them? [y/N]`) ?? '')
  if (answer === 'yes') console.error(`installing: ${what}. To forbid it: ${HOW_TO_FORBID}`)
  return answer === 'yes'
}

async function runBunTest(): Promise<{
  readonly output: string
  readonly code: number
  /** What this process was interrupted by. */
  readonly signal: Signal | undefined
}> {
  const namesFiles = given.some((argument, index) => !argument.startsWith('-') && given[index - 1] !== '-t')
  const child = Bun.spawn(
    [process.execPath, 'test', `--timeout=${TEST_TIMEOUT_MS}`, ...given, ...(namesFiles ? [] : places())],
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

function places(): readonly string[] {
  if (!isQuick) return ['./test']
  return readdirSync(`${ROOT}/test`)
    .filter((name) => !NOT_QUICK.has(name))
    .map((name) => `./test/${name}`)
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
