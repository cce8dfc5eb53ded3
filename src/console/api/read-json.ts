/** Reads the texts of the admin API. */
import { parseStrictJson } from '../../strict-json.ts'

/**
 * Any program may answer in place of the service, such as a proxy before it: a text with two meanings is refused, as in
 * the command line. The number of members has no bound, because long lists of issuers are no mistake.
 *
 * @throws If the text is not JSON with one meaning.
 */
export function readJson<T>(text: string): T {
  const read = parseStrictJson(text, Number.POSITIVE_INFINITY)
  if (!read.ok) throw new Error(`the answer cannot be read: ${read.error}`)
  return read.value as T
}
