/** Asks a running Warder for one JSON document, and explains every other answer. */
import { isJsonObject, parseStrictJson, type JsonObject } from '../../strict-json.ts'
import type { WarderError } from '../../errors.ts'
import type { AdminTarget } from './admin-target.ts'
import { refusalOf, type AnyDocument } from './refusal.ts'
import { sendToAdmin, type AdminQuestion, type SendOptions } from './send.ts'

/** Longest wait for an answer, in milliseconds: what needs no network answers in much less. */
export const ASK_TIMEOUT_MS = 10_000

export interface DocumentQuestion extends AdminQuestion {
  /** The answer's: `warder.status/v1`. */
  readonly schema: string
  /** Statuses of answers of this schema. Default: 200. */
  readonly statuses?: readonly number[]
  /** The error if the service does not know what the path or the body names. Default: wrong usage, in its own words. */
  readonly whenUnknown?: () => WarderError
}

export interface AnsweredDocument {
  readonly status: number
  /** Without `schema`. The other side may be any program: its members are `unknown`. */
  readonly members: JsonObject
}

/**
 * @param options Default: a deadline of 10 seconds.
 * @throws WarderError ERR_CLI_UNREACHABLE, ERR_CLI_ADMIN_REFUSED, ERR_CLI_USAGE
 */
export async function askJson(
  target: AdminTarget,
  question: DocumentQuestion,
  options: SendOptions = { timeoutMs: ASK_TIMEOUT_MS },
): Promise<AnsweredDocument> {
  const answer = await sendToAdmin(target, question, options)
  const { status, text } = answer
  const document = readDocument(text)
  if ((question.statuses ?? [200]).includes(status) && document?.schema === question.schema)
    return { status, members: document.members }
  if (question.whenUnknown !== undefined && document?.members['code'] === 'ERR_ADMIN_NOT_FOUND')
    throw question.whenUnknown()
  throw refusalOf(target, question, answer, document)
}

/** Undefined if the text is not a JSON object with one meaning. */
function readDocument(text: string): AnyDocument | undefined {
  // The text is bounded already, and ten thousand issuers are no mistake.
  const parsed = parseStrictJson(text, Number.POSITIVE_INFINITY)
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined
  const { schema, ...members } = parsed.value
  return { schema, members }
}
