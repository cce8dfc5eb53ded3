/** Active health checks: asks a server on its own, so that no client finds out that it is down. */
import type { ServerTrust } from './certificates.ts'
import type { Deadlines, Expiring } from './deadlines.ts'
import { createHeadCollector } from './head-collector.ts'
import { MAX_HEAD_BYTES } from './header-fields.ts'
import { parseResponseHead } from './response-head.ts'
import type { HealthSettings, ServerSettings } from './settings.ts'
import { connect } from './sockets.ts'
import type { Wire } from './wire.ts'

export interface HealthCheck {
  /** False after {@link DOWN_AFTER} failed checks in a row, until one goes well. */
  readonly isUp: boolean
  close(): void
}

/** One failure may be a hiccup. */
const DOWN_AFTER = 2

/** Starts checking, at once and then at each interval. A server is up until it is known to be down. */
export function startHealthCheck(
  server: ServerSettings,
  trust: ServerTrust,
  health: HealthSettings,
  deadlines: Deadlines,
): HealthCheck {
  let failures = 0
  let isClosed = false
  const next: Expiring = { deadlineMs: 0, onDeadline: () => check() }
  const check = (): void => {
    ask(server, trust, health, deadlines, (isGood) => {
      failures = isGood ? 0 : failures + 1
      if (!isClosed) next.deadlineMs = performance.now() + health.intervalMs
    })
  }
  deadlines.add(next)
  return {
    get isUp() {
      return failures < DOWN_AFTER
    },
    close() {
      isClosed = true
      deadlines.remove(next)
    },
  }
}

/** One check. Good is any status from 200 to 399, in time; the body is not read. */
function ask(
  server: ServerSettings,
  trust: ServerTrust,
  { path, timeoutMs }: HealthSettings,
  deadlines: Deadlines,
  done: (isGood: boolean) => void,
): void {
  let wire: Wire | undefined
  let isDone = false
  const finish = (isGood: boolean): void => {
    if (isDone) return
    isDone = true
    deadlines.remove(limit)
    wire?.destroy()
    done(isGood)
  }
  const limit: Expiring = { deadlineMs: performance.now() + timeoutMs, onDeadline: () => finish(false) }
  deadlines.add(limit)
  connect(server, trust, (opened) => {
    if (opened === undefined) return finish(false)
    wire = opened
    if (isDone) return opened.destroy()
    const head = createHeadCollector(MAX_HEAD_BYTES)
    opened.events = {
      onData(bytes) {
        const step = head.add(bytes)
        if (step.kind === 'more') return
        const parsed = step.kind === 'head' ? parseResponseHead(step.text, 'GET') : undefined
        finish(parsed?.ok === true && parsed.value.status >= 200 && parsed.value.status < 400)
      },
      onDrain() {},
      onEnd: () => finish(false),
      onClose: () => finish(false),
    }
    const fields = `Host: ${server.authority}\r\nUser-Agent: Warder\r\nConnection: close\r\n`
    opened.write(Buffer.from(`GET ${path} HTTP/1.1\r\n${fields}\r\n`))
  })
}
