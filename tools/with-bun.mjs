#!/usr/bin/env node
/**
 * Runs the project's own Bun: `node tools/with-bun.mjs ARGS…` is `bun ARGS…`, after making sure that the
 * dependencies of package-lock.json are installed. Plain Node.js 18 or later, so a fresh clone needs only npm.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const MODULES = join(ROOT, 'node_modules')
const BUN = join(MODULES, 'bun', 'bin', 'bun.exe')
// npm ships a text file of a few hundred bytes in the place of the binary, for its install script to replace.
const LEAST_BINARY_BYTES = 1_000_000
// Without an owner's name in it, a lock this old belongs to a run that died before it could write one.
const NAMELESS_LOCK_MS = 10_000

if (!isReady()) await installOnce()
run(process.argv.slice(2))

function isReady() {
  return dependenciesMatch() && isBinary(BUN)
}

/** Compares what npm wrote about the installed tree with what the lockfile asks for; about a millisecond. */
function dependenciesMatch() {
  const wanted = readPackages(join(ROOT, 'package-lock.json'))
  const installed = readPackages(join(MODULES, '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const there = installed[path]
    // Optional packages of other platforms are in the lockfile and never on this disk.
    if (there === undefined) return entry.optional === true
    return there.version === entry.version && there.integrity === entry.integrity
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

function isBinary(file) {
  return existsSync(file) && statSync(file).size > LEAST_BINARY_BYTES
}

/** One installation at a time: `npm ci` starts by deleting the tree that a second run would be filling. */
async function installOnce() {
  // Outside node_modules, which is deleted under it; one per checkout and user.
  const id = createHash('sha256')
    .update(`${process.getuid?.() ?? ''}:${ROOT}`)
    .digest('hex')
    .slice(0, 16)
  const lock = join(tmpdir(), `warder-install-${id}`)
  await takeLock(lock)
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', release)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  if (!dependenciesMatch()) installDependencies()
  if (!isBinary(BUN)) linkBun()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal)
  process.removeListener('exit', release)
  release()
}

async function takeLock(lock) {
  for (let waited = false; ;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot lock ${lock}: ${error.message}`)
    }
    if (isStale(lock)) {
      rmSync(lock, { recursive: true, force: true })
      continue
    }
    if (!waited) say('another process is installing the dependencies; waiting for it')
    waited = true
    await new Promise((done) => setTimeout(done, 200))
  }
}

function isStale(lock) {
  try {
    const owner = Number(readFileSync(join(lock, 'pid'), 'utf8'))
    if (owner > 0) return !isAlive(owner)
  } catch {
    // No name yet: its owner is between two calls, or died there.
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > NAMELESS_LOCK_MS
  } catch {
    return false
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function installDependencies() {
  say('installing dependencies (npm ci)')
  // With NODE_ENV=production npm would leave out the development dependencies, and Bun with them.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' }
  const { status, error, stderr } = spawnSync('npm', args, options)
  if (error !== undefined) fail(`cannot run npm: ${error.message}; install Node.js with npm`)
  if (status !== 0) fail(`npm ci failed with code ${status}:\n${firstLines(stderr, 20)}`)
}

/** npm follows its reason with a page of usage text. */
function firstLines(text, count) {
  const lines = text.trimEnd().split('\n')
  return lines.length > count ? [...lines.slice(0, count), '  …'].join('\n') : lines.join('\n')
}

/** For installations with `--ignore-scripts`: does by hand what Bun's install script would have done. */
function linkBun() {
  const script = join(MODULES, 'bun', 'install.js')
  const { status } = spawnSync(process.execPath, [script], { cwd: dirname(script), stdio: ['ignore', 2, 2] })
  if (status === 0 && isBinary(BUN)) return
  fail(
    `the bun binary is missing (${process.platform} ${process.arch}).\n` +
      '  It comes with an optional dependency of the npm package `bun`, which is missing when npm ran with\n' +
      '  --omit=optional, or when this platform has no build. Delete node_modules, check `npm config get omit`,\n' +
      '  and run again.',
  )
}

function run(args) {
  const child = spawn(BUN, toBunArguments(args), { stdio: 'inherit', env: toEnvironment() })
  forwardSignals(child)
  child.on('error', (error) => fail(`cannot start ${BUN}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** A script of the project is found from any working directory; the paths after it stay the caller's own. */
function toBunArguments([first, ...rest]) {
  if (first === undefined || !existsSync(join(ROOT, first)))
    return first === undefined ? rest : [first, ...rest]
  // An `.env` file that happens to lie in the working directory must not change what Warder does.
  return ['--no-env-file', join(ROOT, first), ...rest]
}

/** `x oxfmt` finds the project's own tools. */
function toEnvironment() {
  return { ...process.env, PATH: join(MODULES, '.bin') + delimiter + (process.env.PATH ?? '') }
}

function forwardSignals(child) {
  // A terminal sends Ctrl-C to the child as well, and a second copy would mean "stop at once" to it.
  const fromTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true
  process.on('SIGINT', () => fromTerminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
}

function say(text) {
  process.stderr.write(`warder: ${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
