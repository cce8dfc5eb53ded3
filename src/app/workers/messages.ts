/** What the supervisor and a worker send each other. */
import { parseStrictJson } from '../../strict-json.ts'
import type { QuestionKind } from '../../admin/questions.ts'
import type { RateLimit } from '../../decision/stores.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { ErrorCode } from '../../errors.ts'
import type { OwnPlan } from './plan.ts'
import type { SourceKeys } from './source-keys.ts'

/** An error on its way to another process. */
export interface SharedFault {
  readonly code: ErrorCode
  readonly message: string
  readonly hints: readonly string[]
}

export type ToWorker =
  /** Ask for the parts of a configuration, build it, and keep it beside the one in force. */
  | { readonly kind: 'prepare'; readonly generation: number }
  /** Settings that all workers have in common; see plan-parts.ts. */
  | { readonly kind: 'part'; readonly generation: number; readonly bytes: Uint8Array }
  /** After the last part; with the keys of this moment. */
  | { readonly kind: 'plan'; readonly plan: OwnPlan }
  /** Put the prepared configuration in force; the first one opens the listeners. */
  | { readonly kind: 'serve'; readonly generation: number }
  /** Throw the prepared configuration away. */
  | { readonly kind: 'forget'; readonly generation: number }
  | { readonly kind: 'keys'; readonly changed: readonly SourceKeys[] }
  /** The answer to `lookup`: whether a load was waited for. */
  | { readonly kind: 'looked_up'; readonly id: number; readonly hasWaited: boolean }
  /** A question of the admin listener; see admin/questions.ts. */
  | { readonly kind: 'ask'; readonly id: number; readonly question: QuestionKind; readonly asked: unknown }
  | { readonly kind: 'ping' }
  | { readonly kind: 'stop'; readonly drainMs: number }
  /** The answer to counts, as JSON: the runtime copies a text at a third of the cost of the same value as an object. */
  | string

export type FromWorker =
  | { readonly kind: 'started' }
  /** The worker wants the part at this place: one at a time, so that decisions come between them. */
  | { readonly kind: 'next'; readonly generation: number; readonly place: number }
  | { readonly kind: 'prepared'; readonly generation: number }
  | { readonly kind: 'refused'; readonly generation: number; readonly fault: SharedFault }
  | { readonly kind: 'serving'; readonly generation: number }
  | {
      readonly kind: 'lookup'
      readonly id: number
      readonly source: number
      readonly kid: string | undefined
      readonly algorithm: Algorithm
    }
  /** A key verified a token; at most one message a second for each key. */
  | { readonly kind: 'used'; readonly source: number; readonly thumbprint: string }
  /** The rate limits that the worker has from now on. */
  | { readonly kind: 'limits'; readonly limits: readonly RateLimit[] }
  /** The answer to `ask`, as JSON. */
  | { readonly kind: 'told'; readonly id: number; readonly answer: string }
  | { readonly kind: 'pong' }
  /** Requests to count, as JSON. */
  | string

/** Reads a text of another process of this service. @throws TypeError if it is not strict JSON, which is a bug. */
export function readText(text: string): unknown {
  // As many members as it has: what a process keeps is bounded where it is kept, and a thousand decisions have 17,000.
  const read = parseStrictJson(text, Number.POSITIVE_INFINITY)
  if (!read.ok) throw new TypeError(`an unreadable message between processes: ${read.error}`)
  return read.value
}
