/** Names of nginx's variables for identity headers. */
import { canonicalName } from '../field-names.ts'
import { assertPlain, HEADER_NAME } from './plain-text.ts'

export interface IdentityHeader {
  readonly name: string
  /** The end of nginx's own variables for this header. */
  readonly variable: string
  /** The end of the snippet's variables for it. */
  readonly own: string
}

/** With longer names of variables, nginx does not start: `variables_hash_bucket_size` is 64 bytes by default. */
const MAX_VARIABLE_LENGTH = 30

/**
 * Each header once, in whatever letter case it was written.
 *
 * @throws TypeError when a name cannot be written.
 */
export function identityHeaders(names: readonly string[]): readonly IdentityHeader[] {
  const headers = new Map<string, IdentityHeader>()
  for (const name of names) {
    assertPlain('identityNames', name, HEADER_NAME)
    const variable = name.toLowerCase().replaceAll('-', '_')
    // No header's name begins with a digit.
    const own = variable.length > MAX_VARIABLE_LENGTH ? String(headers.size) : variable
    if (!headers.has(variable)) headers.set(variable, { name: canonicalName(name), variable, own })
  }
  return [...headers.values()]
}
