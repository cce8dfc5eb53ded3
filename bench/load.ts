/** Load from `wrk`, and what it cost the processes under load. */
import { PROGRAM_PATH } from '../tools/programs.ts'
import { readCpuNs } from './cpu-of.ts'
import type { Sample } from './rounds.ts'

export interface Load {
  /** On 127.0.0.1: a name would be resolved, perhaps to the other family. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Whose CPU time is counted. */
  readonly pids: readonly number[]
  /** Default 2. */
  readonly seconds?: number
  /** Default 16. */
  readonly connections?: number
}

// What wrk may take beyond its own duration, on a machine that has other things to do.
const GRACE_MS = 10_000

/** Sends requests for a fixed time; the sample is per answered request. Throws when any answer is not 2xx. */
export async function measureLoad(load: Load): Promise<Sample> {
  const before = readCpuNs(load.pids)
  const { requests, seconds } = await runWrk(load)
  const cpuNs = readCpuNs(load.pids) - before
  return { cpuNs: cpuNs / requests, wallNs: (seconds * 1e9) / requests }
}

async function runWrk(load: Load): Promise<{ readonly requests: number; readonly seconds: number }> {
  const seconds = load.seconds ?? 2
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const settings = ['-t1', `-c${load.connections ?? 16}`, `-d${seconds}s`, '--timeout', '2s']
  const wrk = Bun.which('wrk', { PATH: PROGRAM_PATH }) ?? 'wrk'
  const child = Bun.spawn([wrk, ...settings, ...headers, load.url], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: seconds * 1000 + GRACE_MS,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const total = /(\d+) requests in ([\d.]+)(m?s|m)/.exec(stdout)
  const broken = /^\s*(?:Non-2xx.*|Socket errors:.*)$/m.exec(stdout)?.[0]
  if (code !== 0 || total === null || total[1] === '0' || broken !== undefined) {
    throw new Error(`wrk ${load.url}: ${broken?.trim() ?? `code ${code}, ${stdout}${stderr}`}`)
  }
  return { requests: Number(total[1]), seconds }
}
