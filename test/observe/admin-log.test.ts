import { expect, it } from 'bun:test'
import { createAdminLog } from '../../src/observe/admin-log.ts'
import { memoryLogger } from '../support/run-service.ts'

it('a bug that somebody meets again and again has a few lines, and the rest is counted', () => {
  const { logger, lines } = memoryLogger()
  const timers: (() => void)[] = []
  const log = createAdminLog(logger, { monotonicMs: () => 0, setTimer: (fn) => void timers.push(fn) })
  for (let i = 0; i < 1_000; i++) log.onFault(new Error('oh'))
  const written = lines.filter(({ event }) => event === 'bug').length
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(10)
  for (const report of timers) report()
  expect(lines.at(-1)).toMatchObject({ event: 'not_logged', of: 'bug', counts: { bug: 1_000 - written } })
})
