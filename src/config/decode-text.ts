/** Bytes of a file → text, if there are not too many. */
import { ok, type Result } from '../result.ts'
import { refuse, type Problem } from '../settings/problem.ts'

/** Largest configuration, and largest file that it includes, in bytes. 10,000 routes are about 1 MiB. */
export const MAX_CONFIG_BYTES = 16 * 1024 ** 2

/** Largest file that holds a single value or users, in bytes. */
export const MAX_VALUE_BYTES = 1024 ** 2

/** UTF-8 text of at most `maxBytes`, whole mebibytes, without its byte order mark. */
export function decodeText(bytes: Uint8Array, maxBytes: number): Result<string, Problem> {
  if (bytes.length > maxBytes)
    return refuse('ERR_CONFIG_FILE_TOO_LARGE', `larger than ${maxBytes / 1024 ** 2} MiB`)
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refuse('ERR_CONFIG_ENCODING', 'not UTF-8 text', 'save it as UTF-8')
  }
}
