import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, jest } from 'bun:test'
import { createLogger } from '../../src/observe/logger.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('the end of the log', () => {
  it('is written, and leaves no timer behind that would keep the process', async () => {
    const file = join(createTempDir(cleanup), 'log')
    const fd = openSync(file, 'w')
    cleanup.add(() => closeSync(fd))
    jest.useFakeTimers()
    cleanup.add(() => jest.useRealTimers())
    const logger = createLogger(fd)
    logger.info({ event: 'stopped' }, 'stopped')
    expect(await logger.flush()).toBe(true)
    expect(jest.getTimerCount()).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('"event":"stopped"')
  })
})
