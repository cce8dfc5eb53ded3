/** Which fields of a server's answer go on to the client. */
import { isHopByHopName } from './forward-headers.ts'
import { connectionNames, parseHead, type HeaderField } from '../http/header-fields.ts'

/** A field as it is written. */
export type AnswerField = Pick<HeaderField, 'name' | 'value'>

/** What a route changes of its answers. */
export interface AnswerRules {
  /** Whether an answer with this status is replaced by one of ours. */
  intercepts(status: number): boolean
  /** Takes the place of the server's own `Access-Control-*`; undefined: those go on. */
  readonly corsHeaders: Readonly<Record<string, string>> | undefined
  /** Written behind the server's, so that they win. */
  readonly added: readonly AnswerField[]
}

/** Header fields, without those of framing and of the connection. */
export function answerFields(
  fields: readonly HeaderField[],
  takesTrailers: boolean,
  { corsHeaders, added }: AnswerRules,
): AnswerField[] {
  const named = connectionNames(fields)
  const kept: AnswerField[] = []
  for (const field of fields) {
    const { lower } = field
    const isAnnouncement = lower === 'trailer' && takesTrailers && !named.has(lower)
    if (!isAnnouncement && (isHopByHopName(lower) || named.has(lower) || isOurs(lower))) continue
    if (corsHeaders !== undefined && lower.startsWith('access-control-')) continue
    kept.push(field)
  }
  for (const [name, value] of Object.entries(corsHeaders ?? {})) kept.push({ name, value })
  kept.push(...added)
  return kept
}

// What a status is not understood without (RFC 9110 §10.2.1, §10.2.3, §11.6.1).
const KEPT_OF_INTERCEPTED: ReadonlySet<string> = new Set(['allow', 'retry-after', 'www-authenticate'])

/** Headers of an answer that go on though its body is replaced. */
export const interceptedFields = (fields: readonly HeaderField[]): readonly AnswerField[] =>
  fields.filter(({ lower }) => KEPT_OF_INTERCEPTED.has(lower))

const isOurs = (lower: string): boolean => lower.startsWith('x-decision-')

/**
 * What a trailer must not say (RFC 9110 §6.5.1): who merges trailers into the head would be told after the fact how
 * the body is framed, cached, decoded, or who is signed in.
 */
const NOT_IN_TRAILERS =
  /^(?:content-|cache-control$|age$|date$|expires$|location$|retry-after$|vary$|set-cookie|www-authenticate$|authentication-info$|access-control-|strict-transport-security$)/

/** Trailer fields, chosen; a line that is none makes all of them none. */
export function answerTrailers(lines: readonly string[]): readonly AnswerField[] {
  if (lines.length === 0) return []
  const parsed = parseHead(['', ...lines].join('\r\n'))
  if (!parsed.ok) return []
  return parsed.value.fields.filter(
    ({ lower }) => !isHopByHopName(lower) && !isOurs(lower) && !NOT_IN_TRAILERS.test(lower),
  )
}
