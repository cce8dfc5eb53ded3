/** The bytes of a key file. */
import { WarderError } from '../../errors.ts'
import { err, ok, type Result } from '../../result.ts'
import type { KeyDeps } from '../key-deps.ts'
import { systemCodeOf } from '../quote.ts'

/** Largest key file in bytes; a set of 256 RSA-8192 keys is below it. */
const MAX_FILE_BYTES = 1_048_576

/** Reads a file within the size cap. The error is the system's code, never content. */
export function readKeyFile(file: string, deps: Pick<KeyDeps, 'readFileSync'>): Result<Uint8Array, string> {
  try {
    const bytes = deps.readFileSync(file)
    return bytes.length > MAX_FILE_BYTES ? err(`it is larger than ${MAX_FILE_BYTES} bytes`) : ok(bytes)
  } catch (error) {
    return err(`it cannot be read (${systemCodeOf(error)})`)
  }
}

/** The error for a key file that cannot be read at the start. */
export const unreadable = (file: string, why: string): WarderError =>
  new WarderError('ERR_KEYS_FILE_UNREADABLE', `${file}: ${why}`, {
    hints: ['Check the path, and that the user that runs Warder may read it.'],
  })
