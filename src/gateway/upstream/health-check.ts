/** Active health checks: a failing server is noticed before a client meets it. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import type { HealthSettings } from '../../settings/upstream/definition.ts'
import { connect, type Place } from '../../http/sockets/sockets.ts'
import { compileStatuses } from '../../syntax/status-set.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import { Http1Link } from './http1-link.ts'
import { openHttp2Session } from './http2-session.ts'
import { NO_LINK_EVENTS, type Link, type LinkRequest } from './link.ts'

export type HealthCheck = ReturnType<typeof startHealthCheck>

interface Question extends HealthSettings {
  readonly isHealthy: (status: number) => boolean
}

/** A single failure may be a coincidence. */
const DOWN_AFTER = 2

/**
 * Starts checking, at once and then at each interval. A server is up until it is known to be down.
 *
 * @param onChange Called when it goes down, and when it is up again.
 */
export function startHealthCheck(
  place: Place,
  health: HealthSettings,
  deadlines: Deadlines,
  onChange: (isUp: boolean) => void,
) {
  let failures = 0
  let isClosed = false
  let giveUp = (): void => {}
  const next: Expiring = { deadlineMs: 0, onDeadline: () => check() }
  const question: Question = { ...health, isHealthy: compileStatuses(health.statuses) }
  const check = (): void => {
    giveUp = ask(place, question, deadlines, (isGood) => {
      const wasUp = failures < DOWN_AFTER
      failures = isGood ? 0 : failures + 1
      if (wasUp !== failures < DOWN_AFTER) onChange(!wasUp)
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
  const put = (link: Link): void => {
    link.events = {
      ...NO_LINK_EVENTS,
      onHead: ({ status }) => finish(isHealthy(status)),
      onBroken: () => finish(false),
    }
    link.send(questionTo(place, path))
    link.endRequest()
    link.flush()
  }
  giveUp = connect(place, (opened) => {
    if (opened === undefined) return finish(false)
    wire = opened
    if (place.offers !== 'h2') return put(new Http1Link(opened, false, 0))
    const scheme = place.server.isTls ? 'https' : 'http'
    const rules = { scheme, maxConnectionAgeMs: timeoutMs, deadlines } as const
    openHttp2Session(opened, rules, (session) =>
      session === undefined ? finish(false) : put(session.take()),
    )
  })
  return () => void stop()
}

const questionTo = ({ server, offers }: Place, path: string): LinkRequest => ({
  method: 'GET',
  target: path,
  authority: server.authority,
  fields: [
    { name: 'User-Agent', value: 'Warder' },
    ...(offers === 'h2' ? [] : [{ name: 'Connection', value: 'close' }]),
  ],
  framing: { kind: 'none' },
  takesTrailers: false,
  isUpgrade: false,
})
