/** Files named on the command line. */
import { readWaiting } from '../app/read-bounded.ts'
import { fileTrouble } from '../config/interpolate.ts'
import { quoted } from '../config/printable.ts'
import { WarderError } from '../errors.ts'

/** The longest input of a command, in bytes; keys and tokens are a thousand times shorter. */
export const MAX_INPUT_BYTES = 1024 * 1024

/**
 * @param flag How the file was named, for the message: `--token-file`.
 * @throws WarderError ERR_CLI_FILE_UNREADABLE
 */
export function readInputFile(flag: string, file: string): Buffer {
  const content = read(flag, file)
  if (content.length <= MAX_INPUT_BYTES) return content
  throw new WarderError('ERR_CLI_FILE_UNREADABLE', `${flag}: ${quoted(file)} is larger than 1 MiB`, {
    hints: ['name the file that holds the token or the key, and nothing else'],
  })
}

/** Waits for the writer of a pipe, as any program does: `--token-file <(fetch-token)`. */
function read(flag: string, file: string): Buffer {
  try {
    return Buffer.from(readWaiting(file, MAX_INPUT_BYTES + 1))
  } catch (fault) {
    throw new WarderError('ERR_CLI_FILE_UNREADABLE', `${flag}: ${quoted(file)} ${fileTrouble(fault)}`, {
      hints: ['a path is relative to the directory in which the command runs'],
      cause: fault,
    })
  }
}
