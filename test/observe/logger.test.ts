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

describe('a log whose format is in the configuration', () => {
  const open = () => {
    const file = join(createTempDir(cleanup), 'log')
    const fd = openSync(file, 'w')
    cleanup.add(() => closeSync(fd))
    return { logger: createLogger(fd, 'from the configuration'), read: () => readFileSync(file, 'utf8') }
  }

  it('has its first lines in that format, in their order', async () => {
    const { logger, read } = open()
    logger.info({ event: 'keys' }, 'first')
    logger.setStyle({ format: 'logfmt', isColoured: false })
    logger.info({ event: 'start' }, 'second')
    await logger.flush()
    expect(read()).toMatch(/^level=info \S+ event=keys msg=first\nlevel=info \S+ event=start msg=second\n$/)
  })

  it('is JSON if the process ends before', () => {
    const { logger, read } = open()
    logger.info({ event: 'keys' }, 'first')
    logger.flushSync()
    expect(read()).toMatch(/^\{"level":"info","time":"\S+","event":"keys","msg":"first"\}\n$/)
  })

  it('holds a bounded number of lines', async () => {
    const { logger, read } = open()
    for (let i = 0; i < 5_000; i++) logger.info({ event: 'keys', i }, 'a line')
    logger.setStyle({ format: 'logfmt', isColoured: false })
    await logger.flush()
    expect(
      read()
        .split('\n')
        .filter((line) => line.startsWith('{')).length,
    ).toBeGreaterThan(3_000)
  })
})
