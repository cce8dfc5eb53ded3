import { describe, expect, it } from 'bun:test'
import { createReload, type ReloadCause } from '../../src/app/reload.ts'
import type { ConfigFailure } from '../../src/config/load-config.ts'
import { ok } from '../../src/result.ts'
import { CONFIG, loadOrThrow, memoryLogger, runService } from '../support/run-service.ts'

const SIGNAL: ReloadCause = { kind: 'signal' }
const never = (): Promise<void> => new Promise(() => undefined)

describe('a reload', () => {
  const WEAKER: readonly (readonly [what: string, text: string, codes: readonly string[]])[] = [
    ['no routes', CONFIG.replace(/routes:[^]*?listen/, 'listen'), ['routes', 'guarded routes']],
    [
      'no routes and no policies',
      CONFIG.replace(/policies:[^]*?listen/, 'listen'),
      ['routes', 'guarded routes', 'policies'],
    ],
    ['public routes only', CONFIG.replace(/ {2}- \{ name: (read|write),.*\n/g, ''), ['guarded routes']],
    ['fewer routes', CONFIG.replace(/ {2}- \{ name: write,.*\n/, ''), []],
  ]
  for (const [what, text, dropped] of WEAKER) {
    it(`to ${what} is ${dropped.length > 0 ? 'refused' : 'good'} when a file has changed, and good by signal`, async () => {
      const { service } = await runService()
      const { logger, lines } = memoryLogger()
      const reported: ConfigFailure[] = []
      const reload = createReload({
        service,
        load: async () => ok(await loadOrThrow(text)),
        logger,
        report: (failure) => void reported.push(failure),
        sleep: never,
        stopping: never(),
      })
      await reload({ kind: 'watch', isQuiet: () => true })
      const isRefused = dropped.length > 0
      expect(lines[0]).toMatchObject({
        result: isRefused ? 'refused' : 'success',
        ...(isRefused ? { errors: dropped.map(() => 'ERR_SERVER_RELOAD_DROPS') } : {}),
      })
      const messages = reported.flatMap(({ diagnostics }) => diagnostics.map(({ message }) => message))
      for (const [i, part] of dropped.entries()) expect(messages[i]).toContain(`has no ${part};`)
      await reload(SIGNAL)
      expect(lines.at(-1)).toMatchObject({ result: 'success' })
      await service.stop(0)
    })
  }

  it('ignores a configuration that was read while it was being written, without a log line', async () => {
    const { service } = await runService()
    const before = service.instance
    const { logger, lines } = memoryLogger()
    const closed: string[] = []
    const reload = createReload({
      service,
      load: async () => {
        const next = await loadOrThrow(CONFIG.replace('scope: orders:read', 'scope: other'))
        return ok({ ...next, close: () => void closed.push('closed') })
      },
      logger,
      report: () => undefined,
      sleep: never,
      stopping: never(),
    })
    await reload({ kind: 'watch', isQuiet: () => false })
    expect([service.instance === before, lines, closed]).toEqual([true, [], ['closed']])
    await service.stop(0)
  })

  it('that the operator asks for is not taken for one of a file that changes meanwhile', async () => {
    const { service } = await runService()
    const { logger, lines } = memoryLogger()
    const reload = createReload({
      service,
      load: async () => ok(await loadOrThrow(CONFIG.replace(/routes:[^]*?listen/, 'listen'))),
      logger,
      report: () => undefined,
      sleep: never,
      stopping: never(),
    })
    const watch: ReloadCause = { kind: 'watch', isQuiet: () => true }
    await Promise.all([reload(watch), reload(SIGNAL), reload(watch)])
    expect(lines.map(({ result }) => result).slice(0, 2)).toEqual(['refused', 'success'])
    await service.stop(0)
  })
})
