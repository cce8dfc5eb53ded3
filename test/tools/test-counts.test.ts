import { describe, expect, it } from 'bun:test'
import { formatCounts, readCounts } from '../../tools/test-counts.ts'

describe('readCounts', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'a run without failures',
      ' 12 pass\n 0 fail\n 30 expect() calls\nRan 12 tests across 2 files.\n',
      '12 passed, 0 failed',
    ],
    [
      'skipped and to-do tests together',
      ' 2 pass\n 1 skip\n 1 todo\n 3 fail\n 1 error\n',
      '2 passed, 3 failed, 2 skipped',
    ],
    ['coloured output', '\u001b[32m 4 pass\u001b[0m\n\u001b[31m 1 fail\u001b[0m\n', '4 passed, 1 failed'],
    [
      'the last of several summaries',
      ' 9 pass\n 9 fail\n 9 skip\nnoise\n 1 pass\n 0 fail\n',
      '1 passed, 0 failed',
    ],
    [
      'a run that matched no test',
      'The following filters did not match any test files:\n zzz\n',
      '0 passed, 0 failed',
    ],
    ['no output at all', '', '0 passed, 0 failed'],
  ]
  for (const [name, output, expected] of cases) {
    it(`reads ${name}`, () => expect(formatCounts(readCounts(output))).toBe(expected))
  }
})
