import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createSampling, MAX_CLIENTS, REPORT_MS, type UnwrittenReport } from '../../src/observe/sampling.ts'

interface Subject {
  readonly route: string
}

/** A sampling with a clock of its own. `isRead` false: reports are lost. */
function runSampling(linesPerSecond: number) {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly fn: () => void }[] = []
  const reports: UnwrittenReport[] = []
  const log = { isRead: true }
  const sampling = createSampling<Subject>(
    ({ route }) => route,
    (report) => log.isRead && reports.push(report) > 0,
    {
      monotonicMs: () => nowMs,
      setTimer: (fn, ms) => void timers.push({ atMs: nowMs + ms, fn }),
      linesPerSecond: () => linesPerSecond,
    },
  )
  const advance = (ms: number): void => {
    nowMs += ms
    const due = timers.filter(({ atMs }) => atMs <= nowMs)
    timers = timers.filter(({ atMs }) => atMs > nowMs)
    for (const { fn } of due) fn()
  }
  /** How many of `count` are written. */
  const flood = (count: number, reason = 'token_missing', route = 'a', client?: string): number =>
    Array.from({ length: count }, () => sampling.admits(reason, { route }, client)).filter(Boolean).length
  return { sampling, reports, log, advance, flood, timers: () => timers.length }
}

describe('a sampling', () => {
  it('writes everything and needs no timer as long as the rate is kept', () => {
    const { flood, advance, reports, timers } = runSampling(10)
    for (let second = 0; second < 60; second += 1) {
      expect(flood(10)).toBe(10)
      advance(1_000)
    }
    expect(timers()).toBe(0)
    expect(reports).toEqual([])
  })
  it('spreads the lines of a flood over each second', () => {
    const { flood, advance } = runSampling(10)
    // The allowance of the first second, and the first line of the kind.
    expect(flood(1_000)).toBe(11)
    for (let tenth = 0; tenth < 50; tenth += 1) {
      advance(100)
      expect(flood(1_000)).toBe(1)
    }
  })
  it('reports the exact number of those without a line, by reason', () => {
    const { flood, advance, reports } = runSampling(10)
    flood(1_000, 'token_missing')
    flood(500, 'token_expired')
    flood(3, 'no_route')
    advance(REPORT_MS)
    expect(reports).toEqual([{ seconds: 10, counts: { token_missing: 989, token_expired: 489 } }])
    advance(REPORT_MS)
    expect(reports).toHaveLength(1)
  })
  it('writes the first of each kind and client in a flood, and again after a report', () => {
    const { flood, advance } = runSampling(0)
    for (let round = 0; round < 2; round += 1) {
      for (const route of ['a', 'b'])
        for (const client of [undefined, '192.0.2.1', '192.0.2.2'])
          expect(flood(100, 'token_missing', route, client)).toBe(1)
      advance(REPORT_MS)
    }
  })
  it('takes an IPv6 network of 64 bits for one client', () => {
    const { flood } = runSampling(0)
    expect(flood(1, 'token_missing', 'a', '2001:db8:0:1::1')).toBe(1)
    expect(flood(1, 'token_missing', 'a', '2001:db8:0:1:ffff::2')).toBe(0)
    expect(flood(1, 'token_missing', 'a', '2001:db8:0:2::1')).toBe(1)
  })
  it('remembers a bounded number of clients, and still writes the first of another kind', () => {
    const { flood, advance, reports } = runSampling(0)
    let written = 0
    for (let i = 0; i < 3 * MAX_CLIENTS; i += 1) written += flood(1, 'token_missing', 'a', `client ${i}`)
    expect(written).toBe(MAX_CLIENTS + 1)
    expect(flood(1, 'token_missing', 'b', 'another')).toBe(1)
    advance(REPORT_MS)
    expect(reports[0]?.counts).toEqual({ token_missing: 2 * MAX_CLIENTS - 1 })
  })
  it('keeps the counts of a report that was lost', () => {
    const { flood, advance, reports, log } = runSampling(0)
    log.isRead = false
    flood(10)
    advance(REPORT_MS)
    flood(10)
    log.isRead = true
    advance(REPORT_MS)
    expect(reports).toEqual([{ seconds: 20, counts: { token_missing: 18 } }])
  })
  it('counts an admitted line that was lost', () => {
    const { sampling, reports } = runSampling(10)
    sampling.lost('token_missing')
    sampling.report()
    expect(reports).toEqual([{ seconds: 0, counts: { token_missing: 1 } }])
  })

  const step = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3), fc.nat(3), fc.boolean()) },
    { weight: 2, arbitrary: fc.nat(15_000) },
  )
  it('loses nothing: lines and counts together are what happened, whatever is lost on the way', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.nat(5), (steps, rate) => {
        const { sampling, reports, log, advance } = runSampling(rate)
        const happened: Record<string, number> = {}
        const known: Record<string, number> = {}
        const count = (of: Record<string, number>, reason: string, more = 1): void => {
          of[reason] = (of[reason] ?? 0) + more
        }
        for (const taken of steps) {
          if (typeof taken === 'number') advance(taken)
          else {
            const [reason, route, client, isRead] = taken
            log.isRead = isRead
            count(happened, reason)
            if (!sampling.admits(reason, { route: String(route) }, String(client))) continue
            if (isRead) count(known, reason)
            else sampling.lost(reason)
          }
        }
        log.isRead = true
        sampling.report()
        for (const { counts } of reports)
          for (const [reason, unwritten] of Object.entries(counts)) count(known, reason, unwritten)
        expect(known).toEqual(happened)
      }),
    ))
})
