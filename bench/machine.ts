/** The machine and the programs of a run, for the page. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { findMissing, type Program, whichProgram } from '../tools/programs.ts'

/** Program → the arguments that make it print its version. */
const VERSION_OF: Readonly<Partial<Record<Program, readonly string[]>>> = {
  nginx: ['-v'],
  haproxy: ['-v'],
  envoy: ['--version'],
  caddy: ['version'],
  traefik: ['version'],
  goma: ['version'],
  go: ['version'],
  wrk: ['-v'],
  h2load: ['--version'],
}

/** Pairs of a name and a text: the hardware, the system, and the versions of all programs. */
export async function describeMachine(): Promise<readonly (readonly [string, string])[]> {
  const system =
    /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform
  const versions = await Promise.all((Object.keys(VERSION_OF) as Program[]).map(describeProgram))
  return [
    ['processor', `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`],
    ['memory', `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`],
    ['system', `${system}, Linux ${release()}, ${process.arch}`],
    ['runtime', `Bun ${Bun.version}`],
    ['programs', versions.join(', ')],
  ]
}

async function describeProgram(program: Program): Promise<string> {
  if (findMissing([program]).length > 0) return `no ${program}`
  const child = Bun.spawn([whichProgram(program), ...(VERSION_OF[program] ?? [])], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 10_000,
  })
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return `${program} ${/\d+\.\d+(?:\.\d+)*/.exec(texts.join(''))?.[0] ?? 'of an unknown version'}`
}
