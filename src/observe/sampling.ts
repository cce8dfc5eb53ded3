/** Which lines of a flood are written: so many of each reason, and the first of each kind and client; all are counted. */
import { networkOf } from '../syntax/ip-address.ts'

/** What was not written since the first line that was not. */
export interface UnwrittenReport {
  readonly seconds: number
  /** By reason; exact, and none is 0. */
  readonly counts: Readonly<Record<string, number>>
}

export interface SamplingDeps {
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number
  /** Calls once, without keeping the process alive. */
  readonly setTimer: (fn: () => void, ms: number) => void
  /** Most lines of one reason in a second, on average; asked again for each line. */
  readonly linesPerSecond: () => number
  /** Called for each line that is not written, with its reason. */
  readonly onUnwritten?: (reason: string) => void
}

export interface Sampling<Subject> {
  /**
   * Whether a line is to be written; if not, it is counted.
   *
   * @param client Address; undefined if it is unknown, as behind a proxy: all such clients are one.
   */
  admits(reason: string, subject: Subject, client: string | undefined): boolean
  /** Counts an admitted line that was lost. */
  lost(reason: string): void
  /** Reports what was not written until now; for the end of the process. */
  report(): void
}

/** Time from the first line that is not written to the report, in milliseconds. Then every kind and client is new. */
export const REPORT_MS = 10_000

/** Most clients of one reason whose first line is written between two reports: no flood of addresses fills the memory. */
export const MAX_CLIENTS = 1_000

/** The same for kinds; their number follows from the configuration. */
const MAX_KINDS = 10_000

interface ReasonState {
  /** Lines that may be written now: at most those of a second. */
  allowance: number
  refilledMs: number
  unwritten: number
  /** The clients of each kind, since the last report. */
  clients: Map<string, Set<string>>
  clientCount: number
}

/**
 * A sampling. While a reason keeps to its rate, all its lines are written, and nothing is remembered.
 *
 * @param kindOf What distinguishes the lines of one reason: names of the configuration, such as the route.
 * @param onReport False if the report is lost; its counts are then in the next one.
 */
export function createSampling<Subject>(
  kindOf: (subject: Subject) => string,
  onReport: (report: UnwrittenReport) => boolean,
  { monotonicMs, setTimer, linesPerSecond, onUnwritten }: SamplingDeps,
): Sampling<Subject> {
  const states = new Map<string, ReasonState>()
  /** Of the report under way; undefined while every line is written. */
  let sinceMs: number | undefined
  const stateOf = (reason: string): ReasonState => {
    const known = states.get(reason)
    if (known !== undefined) return known
    const state = {
      allowance: linesPerSecond(),
      refilledMs: monotonicMs(),
      unwritten: 0,
      clients: new Map<string, Set<string>>(),
      clientCount: 0,
    }
    states.set(reason, state)
    return state
  }
  const begin = (): void => {
    if (sinceMs !== undefined) return
    sinceMs = monotonicMs()
    setTimer(report, REPORT_MS)
  }
  const report = (): void => {
    if (sinceMs === undefined) return
    const counts = countsOf(states)
    const seconds = Math.round((monotonicMs() - sinceMs) / 100) / 10
    const isReported = Object.keys(counts).length === 0 || onReport({ seconds, counts })
    for (const state of states.values()) {
      if (isReported) state.unwritten = 0
      state.clients.clear()
      state.clientCount = 0
    }
    if (isReported) sinceMs = undefined
    else setTimer(report, REPORT_MS)
  }
  return {
    admits(reason, subject, client) {
      const state = stateOf(reason)
      if (takeFrom(state, monotonicMs(), linesPerSecond())) return true
      begin()
      if (isFirst(state, kindOf(subject), client)) return true
      state.unwritten += 1
      onUnwritten?.(reason)
      return false
    },
    lost(reason) {
      begin()
      stateOf(reason).unwritten += 1
    },
    report,
  }
}

/** Takes one line of the allowance, which grows evenly, so that the lines of a flood are spread over a second. */
function takeFrom(state: ReasonState, nowMs: number, perSecond: number): boolean {
  const grown = state.allowance + ((nowMs - state.refilledMs) * perSecond) / 1_000
  state.allowance = Math.min(perSecond, grown)
  state.refilledMs = nowMs
  if (state.allowance < 1) return false
  state.allowance -= 1
  return true
}

/** Whether this kind, or this client with it, is new since the last report; it is not afterwards. */
function isFirst(state: ReasonState, kind: string, address: string | undefined): boolean {
  const client = address?.includes(':') === true ? networkOf(address) : (address ?? '')
  const clients = state.clients.get(kind)
  if (clients === undefined) {
    if (state.clients.size >= MAX_KINDS) return false
    state.clients.set(kind, new Set([client]))
    return true
  }
  if (state.clientCount >= MAX_CLIENTS || clients.has(client)) return false
  clients.add(client)
  state.clientCount += 1
  return true
}

const countsOf = (states: ReadonlyMap<string, ReasonState>): Record<string, number> =>
  Object.fromEntries(
    [...states]
      .filter(([, { unwritten }]) => unwritten > 0)
      .map(([reason, { unwritten }]) => [reason, unwritten]),
  )
