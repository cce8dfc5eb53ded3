/** Runs `bun test` as a process that can be interrupted, and ends it when it is stuck. */

/** Their numbers; a shell reports 128 more. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
type Signal = keyof typeof SIGNALS

export interface TestRun {
  /** The end of its output. */
  readonly output: string
  /** Its exit code; 128 and the number of the signal if one interrupted it. */
  readonly code: number
  /** Why it ended before its last test. */
  readonly cutShort: string | undefined
}

export interface TestRunOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Nothing written for so long ends the run: a test that blocks its thread is beyond its own limit. */
  readonly silenceLimitMs: number
  readonly write: (chunk: Uint8Array) => void
}

// The summary is at the end, and a run may print megabytes.
const KEPT_OUTPUT_CHARS = 64 * 1024
const LAST_WORDS_MS = 2000

export async function runBunTest(args: readonly string[], options: TestRunOptions): Promise<TestRun> {
  const { cwd, env, silenceLimitMs, write } = options
  const child = Bun.spawn([process.execPath, ...args], {
    cwd,
    stdin: 'ignore',
    stdout: 'inherit',
    // Bun reports on standard error, which is read on its way to the terminal.
    stderr: 'pipe',
    env,
  })
  let cutShort: string | undefined
  let code = 1
  const end = (why: string, signal: Signal): void => {
    cutShort ??= why
    child.kill(signal)
  }
  const handlers = (Object.keys(SIGNALS) as Signal[]).map((signal) => {
    const handler = (): void => {
      code = 128 + SIGNALS[signal]
      end(`interrupted by ${signal}`, signal)
    }
    process.on(signal, handler)
    return () => process.removeListener(signal, handler)
  })
  // Bun names the files that still run when it is ended.
  const silence = startTimer(silenceLimitMs, () =>
    end(`nothing was written for ${silenceLimitMs / 1000} s, so a test blocks its thread`, 'SIGTERM'),
  )
  const reading = relay(child.stderr, (chunk) => {
    silence.restart()
    write(chunk)
  })
  const exitCode = await child.exited
  silence.stop()
  for (const remove of handlers) remove()
  // A process that a test forgot keeps the pipe open; its words are not waited for.
  await Promise.race([reading.ended, Bun.sleep(LAST_WORDS_MS)])
  return { output: reading.text(), code: cutShort === undefined ? exitCode : code, cutShort }
}

function startTimer(delayMs: number, onEnd: () => void): { restart(): void; stop(): void } {
  let timer = setTimeout(onEnd, delayMs)
  return {
    restart() {
      clearTimeout(timer)
      timer = setTimeout(onEnd, delayMs)
    },
    stop: () => clearTimeout(timer),
  }
}

/** Passes everything on, and keeps the end of it. */
function relay(
  stream: ReadableStream<Uint8Array>,
  write: (chunk: Uint8Array) => void,
): { readonly ended: Promise<void>; text(): string } {
  let output = ''
  const decoder = new TextDecoder()
  const read = async (): Promise<void> => {
    for await (const chunk of stream) {
      write(chunk)
      output = (output + decoder.decode(chunk, { stream: true })).slice(-KEPT_OUTPUT_CHARS)
    }
  }
  return { ended: read(), text: () => output }
}
