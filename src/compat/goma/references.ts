/** `${NAME}` and `{{function()}}`, which Goma fills in and Warder does not. */
import { toPointer } from '../../json-pointer.ts'
import type { Problem } from '../../settings/problem.ts'
import type { Report } from '../read-foreign.ts'
import { unsupported } from './noted-keys.ts'
import { GATEWAY_NOTES, TOP_NOTES } from './notes.ts'

/**
 * Goma fills in names and passwords from 0.4.0 on, the whole file from 0.11.0 on: also `{NAME}`, which is looked for
 * only where it is all of a value.
 */
const REFERENCE = /\$\{([A-Za-z_]\w*)\}|^\{([A-Za-z_]\w*)\}$|\{\{\s*([A-Za-z_]\w*)\([^)]*\)\s*\}\}/

/**
 * A reference that is used as a secret, letter by letter, would be known to everyone who knows such files, so every
 * value with a reference in it is refused. Values of keys without effect, or refused as a whole, are passed over.
 */
export function reportReferences(value: unknown, path: readonly PropertyKey[], report: Report): void {
  if (PASSED_OVER.has(toPointer(path))) return
  if (typeof value === 'string') {
    const reference = REFERENCE.exec(value)
    if (reference !== null) report(toPointer(path), notFilledIn(reference))
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) reportReferences(member, [...path, key], report)
  }
}

const PASSED_OVER: ReadonlySet<string> = new Set([
  ...Object.keys(TOP_NOTES).map((key) => `/${key}`),
  ...Object.keys(GATEWAY_NOTES).map((key) => `/gateway/${key}`),
])

function notFilledIn([, braced, bare, call]: RegExpExecArray): Problem {
  const name = braced ?? bare
  if (name === undefined)
    return unsupported(`\`{{${call ?? ''}()}}\` is not filled in`, 'write a value that stays the same')
  return unsupported(
    `the environment variable ${name} is not filled in`,
    `write its value here, or fill it in with \`envsubst '\${${name}}' <goma.yml >filled.yml\``,
  )
}
