/** The arguments of `bun test` for what `npm test` was asked for. */
import { TEST_LIMIT_MS } from './test-limits.ts'

export interface TestRequest {
  /** Arguments for `bun test`: flags of its own, files and folders. */
  readonly given: readonly string[]
  readonly isQuick: boolean
  /** The files and folders of test/. */
  readonly entries: readonly string[]
  readonly cores: number
  /** Where Bun keeps how long each file took, to start the slowest first. */
  readonly timingsFile: string
}

/** Folders that need real programs, or whose tests wait for deadlines of sockets; or that hold no tests. */
const NOT_QUICK: ReadonlySet<string> = new Set(['live', 'gateway', 'golden', 'support', 'vectors'])

/** Tests wait more than they calculate, above all the live ones. */
const FILES_PER_CORE = 2

export function testArguments({
  given,
  isQuick,
  entries,
  cores,
  timingsFile,
}: TestRequest): readonly string[] {
  const named = given.filter((argument, index) => !argument.startsWith('-') && given[index - 1] !== '-t')
  const places = isQuick
    ? entries.filter((name) => !NOT_QUICK.has(name)).map((name) => `./test/${name}`)
    : ['./test']
  const isOneFile = named.length === 1 && named.every((name) => name.endsWith('.ts'))
  // Without --no-isolate every file would load every module anew: 40 s of CPU time more for the quick tests alone.
  const parallel = [
    `--parallel=${cores * FILES_PER_CORE}`,
    '--no-isolate',
    `--timings=${timingsFile}`,
    '--update-timings',
  ]
  return [
    'test',
    `--timeout=${TEST_LIMIT_MS}`,
    // The programs that a test started end with the run, however it ends.
    '--no-orphans',
    ...(isOneFile ? [] : parallel),
    ...given,
    ...(named.length > 0 ? [] : places),
  ]
}
