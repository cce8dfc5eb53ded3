/** A worker as a child process of the supervisor. */
import { statSync } from 'node:fs'
import type { FromWorker, ToWorker } from './messages.ts'
import { WORKER_COMMAND } from './worker-command.ts'
import { relayLines } from './relay-lines.ts'

export interface WorkerProcess {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined
  send(message: ToWorker): void
  kill(): void
  /** Resolves with how it ended: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>
}

export interface WorkerEvents {
  onMessage(message: FromWorker): void
  /** Whole lines of its log. Resolves when more are welcome; undefined: at once. */
  onLines(text: string): Promise<void> | undefined
}

/** A compiled program has its entry inside itself. */
const COMPILED_ROOT = '/$bunfs/'

/** Starts this program again as a worker. */
export function spawnWorker(number: number, events: WorkerEvents): WorkerProcess {
  try {
    return spawn(number, events)
  } catch (fault) {
    // No memory, or too many processes.
    const why = fault instanceof Error ? fault.message : String(fault)
    return {
      pid: undefined,
      send() {},
      kill() {},
      ended: Promise.resolve(`it could not be started: ${why}`),
    }
  }
}

/**
 * Its log comes through a pipe; what the runtime itself writes to stderr, such as the report of a crash, goes where the
 * supervisor's does.
 */
function spawn(number: number, { onMessage, onLines }: WorkerEvents): WorkerProcess {
  let isOpen = true
  const child = Bun.spawn([...sameProgram(), WORKER_COMMAND], {
    // What `ps` shows.
    argv0: `warder: worker ${number}`,
    stdio: ['ignore', 'pipe', 'inherit'],
    serialization: 'advanced',
    ipc: (message) => onMessage(message as FromWorker),
    onDisconnect: () => {
      isOpen = false
    },
  })
  const relayed = relayLines(child.stdout, onLines, child.exited)
  return {
    pid: child.pid,
    send(message) {
      if (!isOpen) return
      try {
        child.send(message)
      } catch {
        // A process that has just ended: its end is reported by itself, a moment later.
      }
    },
    kill: () => child.kill('SIGKILL'),
    ended: child.exited.then(async (code) => {
      isOpen = false
      await relayed
      return child.signalCode === null ? `exit code ${code}` : `signal ${child.signalCode}`
    }),
  }
}

/** The running program, and not one that an update has put in its place: its messages may differ. */
function sameProgram(): readonly string[] {
  if (!Bun.main.startsWith(COMPILED_ROOT)) return [process.execPath, ...process.execArgv, Bun.main]
  const running = `/proc/${process.pid}/exe`
  // By its name if it still has it, which `top` and `ss` show.
  return [fileId(process.execPath) === fileId(running) ? process.execPath : running]
}

function fileId(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev} ${stats.ino}`
}
