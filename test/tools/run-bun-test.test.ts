import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import { runBunTest, type TestRun } from '../../tools/run-bun-test.ts'
import { testArguments } from '../../tools/test-command.ts'
import { formatCounts, readCounts } from '../../tools/test-counts.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Runs files with these tests, each written as the body of a function. */
function run(files: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<TestRun> {
  const cwd = createTempDir(cleanup)
  for (const [file, tests] of Object.entries(files)) {
    const lines = Object.entries(tests).map(([name, body]) => `it('${name}', () => { ${body} })\n`)
    writeFileSync(join(cwd, file), `import { it } from 'bun:test'\n${lines.join('')}`)
  }
  const given = ['--timeout=300', ...Object.keys(files).map((file) => `./${file}`)]
  const timingsFile = join(cwd, 'timings.json')
  return runBunTest(testArguments({ given, isQuick: false, entries: [], cores: 1, timingsFile }), {
    cwd,
    env: process.env,
    silenceLimitMs: 3_000,
    write: () => undefined,
  })
}

const NEVER = 'return new Promise(() => undefined)'

describe('a test that hangs', () => {
  for (const [where, others] of [
    ['alone', {}],
    ['beside others', { 'other.test.ts': { 'is good': '' } }],
  ] as const)
    it(`fails by its limit, with its name, and the next one runs: ${where}`, async () => {
      const ran = await run({ 'hangs.test.ts': { 'waits for ever': NEVER, 'comes after': '' }, ...others })
      expect(ran.output).toContain('(fail) waits for ever')
      expect(ran.output).toContain('timed out after 300ms')
      expect([ran.code, ran.cutShort]).toEqual([1, undefined])
      expect(formatCounts(readCounts(ran.output))).toBe(`${1 + Object.keys(others).length} passed, 1 failed`)
    })

  it('and blocks its thread ends the run, which names its file', async () => {
    const ran = await run({
      'blocks.test.ts': { 'is good': '', 'computes for ever': 'while (true) {}' },
      'other.test.ts': { 'is good, too': '' },
    })
    expect(ran.cutShort).toContain('blocks its thread')
    expect(ran.code).toBe(1)
    expect(ran.output).toMatch(/still running:\s+blocks\.test\.ts/)
  })
})
