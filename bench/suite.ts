/** A benchmark suite, and the tools for suites that start processes. */
import { ensurePrograms, type Program } from '../tools/programs.ts'
import type { Row } from './row.ts'

export interface Suite {
  readonly name: string
  /** One sentence for the list of suites. */
  readonly about: string
  run(): Promise<readonly Row[]>
}

/** A suite that cannot run here; the next one runs. */
export class SkippedSuite extends Error {}

/** Installs them where it can; throws {@link SkippedSuite} if one is still missing. */
export async function requirePrograms(programs: readonly Program[]): Promise<void> {
  const missing = await ensurePrograms(programs)
  if (missing.length > 0) throw new SkippedSuite(`not installed: ${missing.join(', ')}`)
}
