/** Which fields of a server's answer the client is sent. */
import { isHopByHopName } from './forward-headers.ts'
import { connectionNames, parseHead, type HeaderField } from '../http/header-fields.ts'

/** Name and value of a field. */
export type AnswerField = Pick<HeaderField, 'name' | 'value'>

/** How a route changes its answers. */
export interface AnswerRules {
  /** Whether an answer with this status is replaced by one of the gateway. */
  intercepts(status: number): boolean
  /** Replaces the server's `Access-Control-*`; undefined: those are kept. */
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

// Fields without which a status cannot be understood (RFC 9110 §10.2.1, §10.2.3, §11.6.1).
const KEPT_OF_INTERCEPTED: ReadonlySet<string> = new Set(['allow', 'retry-after', 'www-authenticate'])

/** Headers that are kept of an answer whose body is replaced. */
export const interceptedFields = (fields: readonly HeaderField[]): readonly AnswerField[] =>
  fields.filter(({ lower }) => KEPT_OF_INTERCEPTED.has(lower))

const isOurs = (lower: string): boolean => lower.startsWith('x-decision-')

/**
 * Names that a trailer must not have (RFC 9110 §6.5.1): a client that merges trailers into the head would learn too
 * late how the body is framed, cached or decoded, or which user is signed in.
 */
const NOT_IN_TRAILERS =
  /^(?:content-|cache-control$|age$|date$|expires$|location$|retry-after$|vary$|set-cookie|www-authenticate$|authentication-info$|access-control-|strict-transport-security$)/

/** The trailer fields that the client is sent; none if any line is invalid. */
export function answerTrailers(lines: readonly string[]): readonly AnswerField[] {
  if (lines.length === 0) return []
  const parsed = parseHead(['', ...lines].join('\r\n'))
  if (!parsed.ok) return []
  return parsed.value.fields.filter(
    ({ lower }) => !isHopByHopName(lower) && !isOurs(lower) && !NOT_IN_TRAILERS.test(lower),
  )
}
