/** What a benchmark suite is, and the tools every suite that starts processes is given. */
import type { Row } from './table.ts'

export interface Suite {
  readonly name: string
  /** One sentence for the list of suites. */
  readonly about: string
  run(): Promise<readonly Row[]>
}

/** A suite that cannot run here and now; the run goes on with the next. */
export class SkippedSuite extends Error {}
