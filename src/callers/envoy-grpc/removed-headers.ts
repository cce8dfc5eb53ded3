/** Which of a client's header fields must not reach the application, beside those that an allow replaces. */
import type { HeaderReader } from '../../request/authz-request.ts'
import { fieldsToRemove } from '../field-names.ts'

/**
 * Envoy itself writes these from what it knows of the connection, and replaces or removes what a client sent, as far as
 * its configuration does not trust the client. Removed, they would be missing to the application.
 */
export const WRITTEN_BY_ENVOY = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Client-Cert'] as const
/** Envoy writes it for clients of other networks, and leaves that of a client of its own network as it is. */
const EXTERNAL_ADDRESS = 'x-envoy-external-address'

const OVERRIDES: ReadonlySet<string> = new Set(
  fieldsToRemove(WRITTEN_BY_ENVOY).map((name) => name.toLowerCase()),
)
const WRITTEN: ReadonlySet<string> = new Set(WRITTEN_BY_ENVOY.map((name) => name.toLowerCase()))
const DECISION_ID = 'x-decision-id'
const FOLDED = /[^-a-z0-9]/
const EACH_FOLDED = /[^-a-z0-9]/g

/** What is known of the client's request. */
export interface AskedHeaders extends HeaderReader {
  /** In lower case. */
  readonly names: Iterable<string>
}

/**
 * Names to remove from the request: fields that describe another request than the judged one, and other spellings of
 * identity headers, because CGI and its heirs read `_`, `.` and other characters as `-`. Envoy passes them on by default.
 *
 * @param clientAddress As Envoy knows it.
 * @param identityNames In lower case.
 */
export function namesToRemove(
  asked: AskedHeaders,
  clientAddress: string,
  identityNames: readonly string[],
): readonly string[] {
  let found: string[] | undefined
  for (const name of asked.names) {
    const isAlias = FOLDED.test(name)
    const plain = isAlias ? name.replaceAll(EACH_FOLDED, '-') : name
    if (!isAlias && plain === EXTERNAL_ADDRESS && asked.get(plain) === clientAddress) continue
    const mustGo = OVERRIDES.has(plain)
      ? // An identity header may have the name of a field by which other guards name the user.
        isAlias || !identityNames.includes(plain)
      : isAlias && (plain === DECISION_ID || WRITTEN.has(plain) || identityNames.includes(plain))
    if (mustGo) (found ??= []).push(name)
  }
  return found ?? NONE
}

const NONE: readonly string[] = []
