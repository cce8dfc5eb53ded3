/** Headers of a made-up request, read like those of a real one. */
import type { HeaderReader } from '../request/authz-request.ts'
import { usageError } from './usage-error.ts'

export type HeaderField = readonly [name: string, value: string]

// RFC 9110 §5.1 and §5.5. What a socket would refuse cannot be asked about.
const FIELD = /^([A-Za-z0-9!#$%&'*+\-.^_`|~]+):[ \t]*([^\r\n\0]*?)[ \t]*$/

/**
 * Takes `Name: value` apart.
 *
 * @throws WarderError ERR_CLI_USAGE; its message holds no value, which may be a token.
 */
export function parseHeaderField(text: string): HeaderField {
  const [, name, value] = FIELD.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
  throw usageError('-H: not a header', "write -H 'Name: value'")
}

/** Not the Fetch API's `Headers`: that throws on a token that no header could hold, and the steps should say so. */
export function readHeaders(fields: readonly HeaderField[]): HeaderReader {
  const values = new Map<string, string>()
  for (const [name, value] of fields) {
    const earlier = values.get(name)
    const separator = name === 'cookie' ? '; ' : ', '
    values.set(name, earlier === undefined ? value : `${earlier}${separator}${value}`)
  }
  return { get: (name) => values.get(name) ?? null }
}
