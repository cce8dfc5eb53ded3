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

/** @param method Of the request: the answer to HEAD has no body, whatever it announces. */
export function createAnswerHeadReader(method: string) {
  const collector = new HeadCollector(MAX_HEAD_BYTES)
  let interim = 0
  const read = (bytes: Buffer): AnswerHeadStep => {
    const step = collector.add(bytes)
    if (step.kind === 'more') return step
    if (step.kind === 'too_large') return { kind: 'invalid', detail: 'the head has more than 96 KiB' }
    const parsed = parseResponseHead(step.text, method)
    if (!parsed.ok) return { kind: 'invalid', detail: parsed.error }
    const { status } = parsed.value
    if (status >= 200 || status === SWITCHING_PROTOCOLS)
      return { kind: 'head', head: parsed.value, rest: step.rest }
    interim += 1
    if (interim > MAX_INTERIM) return { kind: 'invalid', detail: 'too many interim answers' }
    return step.rest.length === 0 ? { kind: 'more' } : read(step.rest)
  }
  return { read }
}
