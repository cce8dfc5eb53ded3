/** A benchmark suite, and the tools for suites that start processes. */
import type { Row } from './table.ts'

export interface Suite {
  readonly name: string
  /** One sentence for the list of suites. */
  readonly about: string
  run(): Promise<readonly Row[]>
}

/** A suite that cannot run here; the next one runs. */
export class SkippedSuite extends Error {}
