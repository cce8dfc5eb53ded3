/** Load from `wrk`, and its cost for the processes under load. */
import { whichProgram } from '../tools/programs.ts'
import { readCpuNs } from './cpu-of.ts'
import { readPeakMiB, resetPeak } from './memory-of.ts'
import type { Sample } from './rounds.ts'

export interface Load {
  /** On 127.0.0.1: a name would be resolved, perhaps to an IPv6 address. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The processes whose CPU time is counted. */
  readonly pids: readonly number[]
  /** Default 2. */
  readonly seconds?: number
  /** Default 16. */
  readonly connections?: number
}

export interface LoadSample extends Sample {
  /** Latency while all connections are always busy, so it depends on the throughput. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Most resident memory of the processes under load. */
  readonly peakMiB: number
}

// Extra time for wrk beyond its own duration, on a busy machine.
const GRACE_MS = 10_000

/** Sends requests for a fixed time; the sample is per answered request. Throws when any answer is not 2xx. */
export async function measureLoad(load: Load): Promise<LoadSample> {
  resetPeak(load.pids)
  const before = readCpuNs(load.pids)
  const { requests, seconds, p50Ms, p99Ms } = await runWrk(load)
  const cpuNs = (readCpuNs(load.pids) - before) / requests
  return { cpuNs, wallNs: (seconds * 1e9) / requests, p50Ms, p99Ms, peakMiB: readPeakMiB(load.pids) }
}

interface WrkReport {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function runWrk(load: Load): Promise<WrkReport> {
  const seconds = load.seconds ?? 2
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const settings = ['-t1', `-c${load.connections ?? 16}`, `-d${seconds}s`, '--timeout', '2s', '--latency']
  const child = Bun.spawn([whichProgram('wrk'), ...settings, ...headers, load.url], {
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
  const percentile = (percent: number): number => readMs(stdout, percent)
  return { requests: Number(total[1]), seconds, p50Ms: percentile(50), p99Ms: percentile(99) }
}

const MS_OF: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

/** A line of the latency distribution: `     99%    1.23ms`. */
function readMs(report: string, percent: number): number {
  const [, value, unit = ''] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(report) ?? []
  return Number(value ?? Number.NaN) * (MS_OF[unit] ?? Number.NaN)
}
