import { describe, expect, it } from 'bun:test'
import { testArguments } from '../../tools/test-command.ts'
import { TEST_LIMIT_MS } from '../../tools/test-limits.ts'

const argumentsFor = (given: readonly string[], isQuick = false): readonly string[] =>
  testArguments({
    given,
    isQuick,
    entries: ['gateway', 'jwt', 'live', 'printable.test.ts', 'support', 'vectors'],
    cores: 2,
    timingsFile: 'timings.json',
  })

const LIMIT = `--timeout=${TEST_LIMIT_MS}`
const PARALLEL = ['--parallel=4', '--no-isolate', '--timings=timings.json', '--update-timings']

describe('`npm test` runs', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['all tests, two files per core', argumentsFor([]), [...PARALLEL, './test']],
    ['one file alone', argumentsFor(['test/jwt/a.test.ts']), ['test/jwt/a.test.ts']],
    ['a folder', argumentsFor(['test/jwt']), [...PARALLEL, 'test/jwt']],
    ['several files', argumentsFor(['a.test.ts', 'b.test.ts']), [...PARALLEL, 'a.test.ts', 'b.test.ts']],
    ['all tests of a name', argumentsFor(['-t', 'kid']), [...PARALLEL, '-t', 'kid', './test']],
    [
      'a quick set without programs, sockets that wait, and what holds no tests',
      argumentsFor([], true),
      [...PARALLEL, './test/jwt', './test/printable.test.ts'],
    ],
    ['a flag of Bun over its own', argumentsFor(['--timeout=1', 'a.ts']), ['--timeout=1', 'a.ts']],
  ]
  for (const [name, found, expected] of cases)
    it(name, () => expect(found).toEqual(['test', LIMIT, '--no-orphans', ...expected]))
})
