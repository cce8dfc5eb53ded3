import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const RUN_TESTS = join(import.meta.dir, '../../tools/run-tests.ts')
const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('an interrupted test run', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends with ${code} on ${signal}, and counts nothing`, async () => {
      const file = join(createTempDir(cleanup), 'slow.test.ts')
      writeFileSync(
        file,
        `import { it } from 'bun:test'
it('passes', () => undefined)
it('hangs', () => { console.log('is ' + 'hanging'); return new Promise(() => undefined) })
`,
      )
      const run = startProgram([process.execPath, RUN_TESTS, file], { env: { CI: '' } })
      cleanup.add(() => run.stop('SIGKILL'))
      await run.ready('the second test', () => /is hanging/.exec(run.output())?.[0])
      process.kill(run.pid, signal)
      expect(await run.exited).toBe(code)
      expect(run.output()).toContain(`interrupted by ${signal}`)
      expect(run.output()).not.toMatch(/\d+ passed/)
    })
  }
})
