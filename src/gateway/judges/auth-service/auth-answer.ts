/** Reads the answer of an auth service. Anything that neither allows nor denies clearly is a failure. */
import type { ForwardAuthSettings, MappedAnswerHeader } from '../../../settings/forward-auth/definition.ts'
import { valuesOf, type HeaderField } from '../../http/header-fields.ts'
import type { QueryParameter } from '../../exchange/mapped-query.ts'
import type { ResponseHead } from '../../http/response-head.ts'
import type { AuthDenial, Grant, GrantedHeader } from '../judge.ts'

/** The result of asking. */
export type AuthAnswer =
  /** `cookies`: the values of `Set-Cookie` that the settings name, for the client. */
  | { readonly kind: 'allowed'; readonly grant: Grant; readonly cookies: readonly string[] }
  | ({ readonly kind: 'denied' } & AuthDenial)
  /** `detail`: for the operator's log. */
  | { readonly kind: 'failed'; readonly status: 502 | 504; readonly detail: string }
  /** It was not asked: the client did not send a required header. */
  | { readonly kind: 'header_missing'; readonly header: string }

/** Longest value that is handed on: most servers read no longer header line. */
const MAX_VALUE_BYTES = 8_192
// Control characters are refused with the head; other bytes are read as UTF-8 here and as latin1 there.
const PLAIN = /^[\x20-\x7e]*$/

export function readAuthAnswer({ status, fields }: ResponseHead, settings: ForwardAuthSettings): AuthAnswer {
  const cookies = answerCookies(fields, settings)
  if (status === 401 || status === 403)
    return { kind: 'denied', status, challenges: valuesOf(fields, 'www-authenticate'), cookies }
  const isAllowed = status === 200 || (settings.allowStatus === '2xx' && status >= 200 && status < 300)
  if (!isAllowed) return authFailure(`it answered ${status}`)
  const headers: GrantedHeader[] = []
  const params: QueryParameter[] = []
  /** Returns a description of an unusable value. */
  const grant = ({ from, to }: MappedAnswerHeader, granted: GrantedHeader[]): string | undefined => {
    const values = valuesOf(fields, from)
    const [value = ''] = values
    if (values.length > 1) return `it sent ${from} more than once`
    if (value.length > MAX_VALUE_BYTES) return `its ${from} is longer than 8 KiB`
    if (!PLAIN.test(value)) return `its ${from} is not visible ASCII`
    if (value !== '') granted.push({ name: to, value })
    return undefined
  }
  const faults = [
    ...settings.headers.map((mapping) => grant(mapping, headers)),
    ...settings.params.map((mapping) => grant(mapping, params)),
  ]
  const fault = faults.find((one) => one !== undefined)
  if (fault !== undefined) return authFailure(fault)
  return { kind: 'allowed', grant: { headers, params }, cookies }
}

/** Whether a cookie has one of these names, or begins as one with `*` at its end. */
const isNamedBy = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )

/** Of a session that the service renews or ends. Its other cookies are not for the client. */
const answerCookies = (
  fields: readonly HeaderField[],
  { answerCookies: names }: ForwardAuthSettings,
): readonly string[] =>
  names.length === 0
    ? []
    : valuesOf(fields, 'set-cookie').filter(
        (value) =>
          isNamedBy(names, (value.split('=')[0] ?? '').trim()) &&
          value.length <= MAX_VALUE_BYTES &&
          PLAIN.test(value),
      )

export const authFailure = (detail: string, status: 502 | 504 = 502): AuthAnswer => ({
  kind: 'failed',
  status,
  detail,
})
