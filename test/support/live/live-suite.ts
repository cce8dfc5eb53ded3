/**
 * A group of tests that needs real programs: skipped aloud where they are missing, failed where CI asks for all that
 * can be installed.
 */
import { describe, it, setDefaultTimeout } from 'bun:test'
import { findMissing, isPackaged, type Program } from '../../../tools/programs.ts'
import { LIVE_TEST_LIMIT_MS } from '../../../tools/test-limits.ts'

export function liveSuite(name: string, programs: readonly Program[], define: () => void): void {
  // For the tests and hooks of this file.
  setDefaultTimeout(LIVE_TEST_LIMIT_MS)
  const missing = findMissing(programs)
  if (missing.some(isPackaged) && process.env['CI'] === 'true') {
    it(`${name}: needs ${missing.join(', ')}, and with CI=true every live test has to run`, () => {
      throw new Error(`not installed: ${missing.join(', ')}`)
    })
    return
  }
  if (missing.length > 0) console.error(`\n!! SKIPPED: ${name}: not installed: ${missing.join(', ')}\n`)
  describe.skipIf(missing.length > 0)(name, define)
}
