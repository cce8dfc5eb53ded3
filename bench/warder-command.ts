/** How `warder` is run: from source, or as the binary that operators have. */
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '..')

/** The command line of `warder`, from source. */
export const WARDER_FROM_SOURCE: readonly string[] = [
  process.execPath,
  '--no-env-file',
  `${ROOT}/src/cli/main.ts`,
]

/** The compiled binary, after `npm run build`. */
export const WARDER_BINARY = `${ROOT}/dist/warder`
