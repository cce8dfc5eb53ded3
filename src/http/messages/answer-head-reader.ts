/** The head of a server's final answer, behind the interim ones that may come before it (RFC 9110 §15.2). */
import { HeadCollector } from './head-collector.ts'
import { MAX_HEAD_BYTES } from './header-fields.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'

/** Interim answers that a server may send before the final one. They are not forwarded. */
const MAX_INTERIM = 16

export type AnswerHeadStep =
  | { readonly kind: 'more' }
  /** `detail`: for the operator's log. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** `rest`: what followed the head. A change of protocol (101) is final, too. */
  | { readonly kind: 'head'; readonly head: ResponseHead; readonly rest: Buffer }

const SWITCHING_PROTOCOLS = 101

export class AnswerHeadReader {
  readonly #collector = new HeadCollector(MAX_HEAD_BYTES)
  readonly #method: string
  #interim = 0

  /** @param method Of the request: the answer to HEAD has no body, whatever it announces. */
  constructor(method: string) {
    this.#method = method
  }

  read(bytes: Buffer): AnswerHeadStep {
    const step = this.#collector.add(bytes)
    if (step.kind === 'more') return step
    if (step.kind === 'too_large') return { kind: 'invalid', detail: 'the head has more than 96 KiB' }
    const parsed = parseResponseHead(step.text, this.#method)
    if (!parsed.ok) return { kind: 'invalid', detail: parsed.error }
    const { status } = parsed.value
    if (status >= 200 || status === SWITCHING_PROTOCOLS)
      return { kind: 'head', head: parsed.value, rest: step.rest }
    this.#interim += 1
    if (this.#interim > MAX_INTERIM) return { kind: 'invalid', detail: 'too many interim answers' }
    return step.rest.length === 0 ? { kind: 'more' } : this.read(step.rest)
  }
}
