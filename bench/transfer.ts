/** One very large body through a proxy with `curl`, and its cost for the proxy. */
import { whichProgram } from '../tools/programs.ts'
import { createCpuMeter } from './cpu-of.ts'
import { readPeakMiB, resetPeak } from './memory-of.ts'
import { treeOf } from './process-tree.ts'
import type { Sample } from './rounds.ts'

export interface Transfer {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The processes whose CPU time and memory is counted. */
  readonly pids: readonly number[]
  /** Bytes in one direction. */
  readonly bytes: number
  /** The uploaded file; absent for a download. */
  readonly file?: string
}

export interface TransferSample extends Sample {
  /** Most resident memory of the processes during the transfer. */
  readonly peakMiB: number
}

// A gibibyte takes about a second; a proxy that stalls must not block forever.
const TIMEOUT_MS = 60_000

/** One transfer is one operation. Throws if the transfer is incomplete. */
export async function measureTransfer(transfer: Transfer): Promise<TransferSample> {
  const pids = treeOf(transfer.pids)
  resetPeak(pids)
  const readCpuNs = createCpuMeter(pids)
  const startedAt = performance.now()
  await runCurl(transfer)
  const wallNs = (performance.now() - startedAt) * 1e6
  return { cpuNs: readCpuNs(), wallNs, peakMiB: readPeakMiB(pids) }
}

async function runCurl({ url, headers, bytes, file }: Transfer): Promise<void> {
  // curl would wait for a `100 Continue` before it uploads.
  const fields = Object.entries({ ...headers, Expect: '' }).flatMap(([name, value]) => [
    '-H',
    `${name}:${value === '' ? '' : ` ${value}`}`,
  ])
  const upload = file === undefined ? [] : ['--upload-file', file]
  const report = `%{http_code} %{${file === undefined ? 'size_download' : 'size_upload'}}`
  const child = Bun.spawn(
    [
      whichProgram('curl'),
      '--silent',
      '--show-error',
      '-o',
      '/dev/null',
      '-w',
      report,
      ...fields,
      ...upload,
      url,
    ],
    { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: TIMEOUT_MS },
  )
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0 || stdout !== `200 ${bytes}`)
    throw new Error(`curl ${url}: code ${code}, ${stdout} ${stderr}`)
}
