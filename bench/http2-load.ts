/** Load over HTTP/2 from `h2load`, and its cost for the processes under load. */
import { whichProgram } from '../tools/programs.ts'
import { createCpuMeter } from './cpu-of.ts'
import { scaled } from './effort.ts'
import type { MeasuredLoad } from './load.ts'
import { treeOf } from './process-tree.ts'
import type { Sample } from './rounds.ts'

/** Requests of one measurement: about two seconds. */
const REQUESTS = scaled(20_000)
const CONNECTIONS = 16
/** Concurrent requests on each connection. */
const STREAMS = 10
const TIMEOUT_MS = 60_000

export interface Http2Load extends MeasuredLoad {
  /** File with the body of each request, which is then a POST. Default: a GET without a body. */
  readonly body?: string
}

/** The sample is per answered request. Throws when any answer is not 2xx. */
export async function measureHttp2Load({ url, headers, pids, body }: Http2Load): Promise<Sample> {
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const data = body === undefined ? [] : ['-d', body]
  const settings = ['-n', String(REQUESTS), '-c', String(CONNECTIONS), '-m', String(STREAMS), ...data]
  const readCpuNs = createCpuMeter(treeOf(pids))
  const child = Bun.spawn([whichProgram('h2load'), ...settings, ...fields, url], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: TIMEOUT_MS,
  })
  const [report, code] = await Promise.all([new Response(child.stdout).text(), child.exited])
  const cpuNs = readCpuNs() / REQUESTS
  const seconds = /finished in ([\d.]+)(m?s)/.exec(report)
  const good = Number(/status codes: (\d+) 2xx/.exec(report)?.[1])
  if (code !== 0 || seconds === null || good !== REQUESTS)
    throw new Error(`h2load ${url}: code ${code}, ${good} good answers\n${report}`)
  const wallNs = Number(seconds[1]) * (seconds[2] === 'ms' ? 1e6 : 1e9)
  return { cpuNs, wallNs: wallNs / REQUESTS }
}
