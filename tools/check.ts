/** Every gate that needs no test run: types, lint, format, structure, unused code, the lock file. Prints failures only. */

interface Gate {
  readonly name: string
  readonly command: readonly string[]
}

const ROOT = `${import.meta.dir}/..`
const bin = (name: string): string => `${ROOT}/node_modules/.bin/${name}`

// The slowest first, so that both runners end at about the same time.
const GATES: readonly Gate[] = [
  { name: 'types', command: [bin('tsc'), '--noEmit', '--pretty', '-p', '.'] },
  // Browser code has other globals.
  { name: 'console', command: [bin('tsc'), '--noEmit', '--pretty', '-p', 'src/console'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'unused', command: [bin('knip'), '--no-progress'] },
  { name: 'format', command: [bin('oxfmt'), '--check'] },
  { name: 'structure', command: [process.execPath, `${ROOT}/tools/check-structure.ts`] },
  { name: 'lock', command: [process.execPath, `${ROOT}/tools/check-lock.ts`] },
]

// More would not be faster on a small machine.
const AT_ONCE = 2
// Longer than any run takes; a tool that hangs must not hang the whole check.
const GATE_TIMEOUT_MS = 120_000

async function runGate({ name, command }: Gate): Promise<boolean> {
  const startedAt = performance.now()
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: GATE_TIMEOUT_MS,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (code !== 0) console.log(`${stdout}${stderr}`.trimEnd())
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(9)} ${seconds.padStart(5)} s`)
  return code === 0
}

const waiting = [...GATES]
let failed = 0

async function runWaiting(): Promise<void> {
  for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
    if (!(await runGate(gate))) failed += 1
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, runWaiting))
process.exit(failed === 0 ? 0 : 1)
