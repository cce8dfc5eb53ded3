/** Measured processes: started, awaited, and always stopped. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { treeOf } from './process-tree.ts'

export interface RunningServer {
  readonly pid: number
  readonly port: number
}

/** The processes and files of a benchmark; all are removed at its end. */
export interface Bench {
  readonly directory: string
  /** Writes a file into the directory and returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>
  /** Starts a command and waits until `url` answers; its output is shown only if that fails. */
  start(command: readonly string[], url: string, headers?: Readonly<Record<string, string>>): Promise<number>
  stop(pid: number): Promise<void>
}

// Long enough for a cold start on a busy machine.
const START_TIMEOUT_MS = 15_000

/** Runs `body` with its own directory, and stops every process that it started, however it ends. */
export async function withBench<T>(body: (bench: Bench) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'warder-bench-'))
  const children = new Map<number, Bun.Subprocess>()
  let started = 0
  const stop = async (pid: number): Promise<void> => {
    const child = children.get(pid)
    children.delete(pid)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    // No process here has state to lose, and a drain would only take time. The parent first: it replaces children.
    for (const member of treeOf([pid])) killIfThere(member)
    await child.exited
  }
  const stopAll = async (): Promise<void> => {
    await Promise.all([...children.keys()].map(stop))
    await rm(directory, { recursive: true, force: true })
  }
  const onSignal = (): void => void stopAll().finally(() => process.exit(130))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    return await body({
      directory,
      stop,
      async write(name, content) {
        const path = join(directory, name)
        await Bun.write(path, content)
        return path
      },
      async start(command, url, headers = {}) {
        const log = Bun.file(join(directory, `${started}.log`))
        started += 1
        const child = Bun.spawn([...command], { cwd: directory, stdin: 'ignore', stdout: log, stderr: log })
        children.set(child.pid, child)
        await waitForAnswer(child, url, headers, log)
        return child.pid
      },
    })
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    await stopAll()
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

/** Waits for a 2xx answer; throws with the output if the process ends or the time runs out. */
async function waitForAnswer(
  child: Bun.Subprocess,
  url: string,
  headers: Readonly<Record<string, string>>,
  log: Bun.BunFile,
): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  let last = 'no answer'
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    try {
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(1000) })
      await answer.arrayBuffer()
      if (answer.ok) return
      last = `status ${answer.status} ${answer.headers.get('x-decision-reason') ?? ''}`
    } catch (error) {
      last = String(error)
    }
    await Bun.sleep(2)
  }
  throw new Error(`${url} did not come up: ${last}\n${await log.text().catch(() => '')}`)
}
