/** Which of a client's header fields must not reach the application, beside those that an allow replaces. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../syntax/override-fields.ts'

/**
 * Envoy itself writes these from what it knows of the connection, and replaces or removes what a client sent, as far as
 * its configuration does not trust the client. Removed, they would be missing to the application.
 */
const WRITTEN_BY_ENVOY: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-client-cert',
  'x-envoy-external-address',
])

const OVERRIDES: ReadonlySet<string> = new Set(
  [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS]
    .map((name) => name.toLowerCase())
    .filter((name) => !WRITTEN_BY_ENVOY.has(name)),
)
const DECISION_ID = 'x-decision-id'
const FOLDED = /[_.]/
const EACH_FOLDED = /[_.]/g

/**
 * Names to remove from the request: fields that describe another request than the judged one, and other spellings of
 * identity headers, because CGI and its heirs read `_` and `.` as `-`. Envoy passes on both by default.
 *
 * @param names Of the client's fields, in lower case.
 * @param identityNames In lower case.
 */
export function namesToRemove(names: Iterable<string>, identityNames: readonly string[]): readonly string[] {
  let found: string[] | undefined
  for (const name of names) {
    const isAlias = FOLDED.test(name)
    const plain = isAlias ? name.replaceAll(EACH_FOLDED, '-') : name
    const mustGo = OVERRIDES.has(plain)
      ? // An identity header may have the name of a field by which other guards name the user.
        isAlias || !identityNames.includes(plain)
      : isAlias && (plain === DECISION_ID || WRITTEN_BY_ENVOY.has(plain) || identityNames.includes(plain))
    if (mustGo) (found ??= []).push(name)
  }
  return found ?? NONE
}

const NONE: readonly string[] = []
