/** Names of nginx's variables for identity headers. */
import { assertPlain, HEADER_NAME } from './plain-text.ts'

export interface IdentityHeader {
  readonly name: string
  /** What nginx's variables for headers end with. */
  readonly variable: string
  /** What the snippet's own variables end with. */
  readonly own: string
}

/** nginx does not start with longer names of variables: `variables_hash_bucket_size` is 64 bytes by default. */
const MAX_VARIABLE_LENGTH = 30

/**
 * Each header once, whatever its letter case.
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

/** `x-auth-subject` → `X-Auth-Subject`: header names have no case, readers do. */
const canonicalName = (name: string): string =>
  name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
