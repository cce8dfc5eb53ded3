/** Active health checks: a failing server is noticed before a client meets it. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import { createAnswerHeadReader } from '../../http/messages/answer-head-reader.ts'
import type { HealthSettings } from '../../settings/upstream/definition.ts'
import { connect, type Place } from '../../http/sockets/sockets.ts'
import { compileStatuses } from '../../syntax/status-set.ts'
import type { Wire } from '../../http/sockets/wire.ts'

export type HealthCheck = ReturnType<typeof startHealthCheck>

interface Question extends HealthSettings {
  readonly isHealthy: (status: number) => boolean
}

/** A single failure may be a coincidence. */
const DOWN_AFTER = 2

/** Starts checking, at once and then at each interval. A server is up until it is known to be down. */
export function startHealthCheck(place: Place, health: HealthSettings, deadlines: Deadlines) {
  let failures = 0
  let isClosed = false
  let giveUp = (): void => {}
  const next: Expiring = { deadlineMs: 0, onDeadline: () => check() }
  const question: Question = { ...health, isHealthy: compileStatuses(health.statuses) }
  const check = (): void => {
    giveUp = ask(place, question, deadlines, (isGood) => {
      failures = isGood ? 0 : failures + 1
      if (!isClosed) next.deadlineMs = performance.now() + health.intervalMs
    })
  }
  deadlines.add(next)
  return {
    /** False after {@link DOWN_AFTER} failed checks in a row, until one succeeds. */
    get isUp(): boolean {
      return failures < DOWN_AFTER
    },
    close(): void {
      isClosed = true
      deadlines.remove(next)
      // The address may belong to another machine by now, which must not be asked.
      giveUp()
    },
  }
}

/**
 * Makes one check. It succeeds with one of the statuses in time; the body is not read.
 *
 * @returns Gives up: `done` is not called.
 */
function ask(
  place: Place,
  { path, timeoutMs, isHealthy }: Question,
  deadlines: Deadlines,
  done: (isGood: boolean) => void,
): () => void {
  let wire: Wire | undefined
  let giveUp = (): void => {}
  let isDone = false
  const stop = (): boolean => {
    if (isDone) return false
    isDone = true
    deadlines.remove(limit)
    giveUp()
    wire?.destroy()
    return true
  }
  const finish = (isGood: boolean): void => {
    if (stop()) done(isGood)
  }
  const limit: Expiring = { deadlineMs: performance.now() + timeoutMs, onDeadline: () => finish(false) }
  deadlines.add(limit)
  giveUp = connect(place, (opened) => {
    if (opened === undefined) return finish(false)
    wire = opened
    const answer = createAnswerHeadReader('GET')
    opened.events = {
      onData(bytes) {
        const step = answer.read(bytes)
        if (step.kind !== 'more') finish(step.kind === 'head' && isHealthy(step.head.status))
      },
      onDrain() {},
      onEnd: () => finish(false),
      onClose: () => finish(false),
    }
    const fields = `Host: ${place.server.authority}\r\nUser-Agent: Warder\r\nConnection: close\r\n`
    opened.write(Buffer.from(`GET ${path} HTTP/1.1\r\n${fields}\r\n`))
  })
  return () => void stop()
}
