/** What `warder echo` shows in an answer: the request as it arrived behind the proxy. */
import { ECHO_FIELD } from '../../echo/echo-answer.ts'
import { answerValues, type Answer } from '../asking/answer.ts'
import { parseStrictObject } from '../../../strict-json.ts'

export interface Echoed {
  readonly method: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly bodyBytes: number
}

/** Whether the answer is the echo's, whatever its body is. */
export const isEchoed = (answer: Answer): boolean =>
  answerValues(answer, ECHO_FIELD.toLowerCase()).includes('1')

/** Undefined if the answer does not show the request: of HEAD, and of a WebSocket. */
export function readEchoed(answer: Answer): Echoed | undefined {
  if (!isEchoed(answer)) return undefined
  const shown = parseStrictObject(Buffer.from(answer.body, 'latin1')) ?? {}
  const { schema, method, target, fields, body_bytes: bodyBytes } = shown
  if (schema !== 'warder.echo/v1' || typeof method !== 'string' || typeof target !== 'string')
    return undefined
  if (!Array.isArray(fields) || typeof bodyBytes !== 'number') return undefined
  const lines = fields as readonly unknown[]
  return lines.every(isField) ? { method, target, fields: lines, bodyBytes } : undefined
}

const isField = (field: unknown): field is readonly [string, string] =>
  Array.isArray(field) && field.length === 2 && field.every((part) => typeof part === 'string')

/** CGI and its heirs read `_` in a name as `-`, and some read every other character so. */
export const foldName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')

/** Values of every field that some application may read by this name. */
export const foldedValues = ({ fields }: Echoed, name: string): readonly string[] =>
  fields.filter(([found]) => foldName(found) === foldName(name)).map(([, value]) => value)

/** Values of the field with exactly this name, in any letter case. */
export const echoedNamed = ({ fields }: Echoed, lower: string): readonly string[] =>
  fields.filter(([found]) => found.toLowerCase() === lower).map(([, value]) => value)
