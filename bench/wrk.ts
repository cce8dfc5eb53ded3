/** One run of `wrk`: its command line, its report, and how many requests it has sent so far. */
import { whichProgram } from '../tools/programs.ts'
import { EFFORT } from './effort.ts'
import { readIfThere } from './process-tree.ts'

export interface Load {
  /** On 127.0.0.1: a name would be resolved, perhaps to an IPv6 address. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Tokens that replace {@link TOKEN_PLACE} in the headers, in turn. */
  readonly tokens?: TokenCycle
  /** Default: that of the run, see effort.ts. */
  readonly seconds?: number
  /** Default 16. */
  readonly connections?: number
  /** `denied`: every answer has another status than 2xx. `closed`: an answer ends its connection. Default `ok`. */
  readonly expect?: 'ok' | 'denied' | 'closed'
  /** The cores that wrk runs on, as `taskset` takes them. Default: all. */
  readonly cores?: string
}

export interface TokenCycle {
  /** A file with one token in each line. */
  readonly file: string
  /** Index of the first one to send. Default 0. */
  readonly from?: number
}

/** Where a header of a {@link Load} has its token. */
export const TOKEN_PLACE = '@TOKEN@'

export interface WrkReport {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface WrkRun {
  readonly pid: number
  /** Requests written so far; it writes each of them in one system call, and nothing else while it runs. */
  sent(): number
  /** Throws when an answer is not as expected. */
  readonly report: Promise<WrkReport>
}

const SCRIPT = `${import.meta.dir}/cycle-tokens.lua`
// Extra time for wrk beyond its own duration, on a busy machine.
const GRACE_MS = 20_000

export function startWrk(load: Load): WrkRun {
  const seconds = load.seconds ?? EFFORT.loadSeconds
  const child = Bun.spawn(commandOf(load, seconds), {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: seconds * 1000 + GRACE_MS,
  })
  const text = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return {
    pid: child.pid,
    sent: () => Number(/^syscw: (\d+)$/m.exec(readIfThere(`/proc/${child.pid}/io`))?.[1] ?? 0),
    report: text.then(([stdout, stderr, code]) => readReport(load, { stdout, stderr, code, seconds })),
  }
}

function commandOf({ cores, connections = 16, headers, tokens, url }: Load, seconds: number): string[] {
  const pinned = cores === undefined ? [] : ['taskset', '-c', cores]
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const settings = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '--latency']
  const script = tokens === undefined ? [] : ['-s', SCRIPT]
  const args = tokens === undefined ? [] : ['--', tokens.file, String(tokens.from ?? 0)]
  return [...pinned, whichProgram('wrk'), ...settings, ...script, ...fields, url, ...args]
}

interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
  readonly seconds: number
}

function readReport({ url, expect = 'ok' }: Load, { stdout, stderr, code, seconds }: Finished): WrkReport {
  const requests = Number(/(\d+) requests in /.exec(stdout)?.[1] ?? 0)
  const denied = Number(/^\s*Non-2xx or 3xx responses: (\d+)$/m.exec(stdout)?.[1] ?? 0)
  const errors = /^\s*Socket errors: (.*)$/m.exec(stdout)?.[1]
  // To wrk a connection that the server closes is a read error, however complete the answer before it.
  const isBroken =
    errors !== undefined && !(expect === 'closed' && /^connect 0, read \d+, write 0, timeout 0$/.test(errors))
  const wrong = expect === 'denied' ? requests - denied : denied
  if (code !== 0 || requests === 0 || wrong > 0 || isBroken)
    throw new Error(`wrk ${url}: code ${code}, ${wrong} answers are not as expected\n${stdout}${stderr}`)
  return { requests, seconds, p50Ms: readMs(stdout, 50), p99Ms: readMs(stdout, 99) }
}

const MS_OF: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

/** A line of the latency distribution: `     99%    1.23ms`. */
function readMs(report: string, percent: number): number {
  const [, value, unit = ''] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(report) ?? []
  return Number(value ?? Number.NaN) * (MS_OF[unit] ?? Number.NaN)
}
