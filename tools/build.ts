/**
 * `npm run build`: the single binary `dist/warder`, and the library `dist/lib` for Node.js and Bun. Each is
 * started once as a test.
 */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readCommit } from './read-commit.ts'

const ROOT = resolve(import.meta.dir, '..')
const BINARY = 'dist/warder'
const LIBRARY = 'dist/lib'
const MAIN = 'src/cli/main.ts'
const THREAD = 'src/app/loading/check-thread.ts'
const STEP_TIMEOUT_MS = 120_000

await buildBinary()
await buildLibrary()

async function buildBinary(): Promise<void> {
  const commit = readCommit(ROOT)
  await run('compile', [
    process.execPath,
    'build',
    '--compile',
    '--minify',
    // Otherwise a stack trace in a bug report names nothing.
    '--keep-names',
    // Parsed at build time, for a faster start.
    '--bytecode',
    '--format=esm',
    // A command loads only its own parts: a tenth of the start of `serve`.
    '--splitting',
    // A file that happens to lie in the working directory must not change what Warder does.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    ...(commit === undefined ? [] : ['--define', `WARDER_COMMIT="${commit}"`]),
    `--outfile=${BINARY}`,
    MAIN,
    THREAD,
  ])
  await run('start the binary', [`${ROOT}/${BINARY}`, 'version'])
}

async function buildLibrary(): Promise<void> {
  await rm(`${ROOT}/${LIBRARY}`, { recursive: true, force: true })
  await run('compile the library', [`${ROOT}/node_modules/.bin/tsc`, '-p', 'tsconfig.build.json'])
  // By the package's own name, as an embedder imports it, and in Node.js.
  const imports = ['warder', 'warder/testing'].map((name) => `await import('${name}')`).join(';')
  await run('load the library', ['node', '--input-type=module', '--eval', imports])
}

async function run(what: string, command: readonly string[]): Promise<void> {
  const startedAt = performance.now()
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: STEP_TIMEOUT_MS,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (code !== 0) process.stderr.write(`${stdout}${stderr}`)
  console.error(`${code === 0 ? 'ok  ' : 'FAIL'} ${what} (${seconds} s)`)
  if (code !== 0) process.exit(1)
}
