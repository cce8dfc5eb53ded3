/** One question to an auth service, and its whole answer. */
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import type { Deadlines, Expiring } from '../../../http/deadlines.ts'
import { LinkSearch, type LinkSearchEvents } from '../../exchange/link-search.ts'
import type { ResponseHead } from '../../../http/messages/response-head.ts'
import type { ServerChoice } from '../../upstream/server-choice.ts'
import type { Link } from '../../upstream/link.ts'
import type { Verdict } from '../judge.ts'
import {
  authFailure,
  createAuthAnswerReader,
  readAuthAnswer,
  type AnswerStep,
  type AuthAnswerReader,
} from './auth-answer.ts'

/** The request to the service, and the servers to ask. */
export interface AuthQuestion {
  readonly servers: ServerChoice
  /** Of the request. */
  readonly text: string
  readonly settings: ForwardAuthSettings
  readonly deadlines: Deadlines
}

/** The answer counts when its end has come: half an allow is none. */
export class AuthExchange implements LinkSearchEvents {
  readonly #question: AuthQuestion
  readonly #settled: (verdict: Verdict, head: ResponseHead | undefined) => void
  readonly #search: LinkSearch
  /** For the whole. */
  readonly #limit: Expiring
  /** To connect to one address. */
  readonly #attempt: Expiring
  #isOver = false

  /** @param settled Called once, perhaps at once after the start; without a head if there was no valid answer. */
  constructor(question: AuthQuestion, settled: (verdict: Verdict, head: ResponseHead | undefined) => void) {
    this.#question = question
    this.#settled = settled
    this.#search = new LinkSearch(question.servers, false, this)
    this.#limit = {
      deadlineMs: performance.now() + question.settings.timeoutMs,
      onDeadline: () => this.#late(),
    }
    this.#attempt = {
      deadlineMs: Infinity,
      onDeadline: () => {
        if (!this.#isOver && this.#search.link === undefined) this.#search.failed('connect timeout')
      },
    }
  }

  start(): void {
    this.#question.deadlines.add(this.#limit)
    this.#question.deadlines.add(this.#attempt)
    this.#search.next('')
  }

  /** Closes the connection; `settled` is not called. */
  cancel(): void {
    if (!this.#isOver) this.#end(false)
  }

  /** A silent address gets half of the time left, if there are others. */
  onTry(): void {
    const nowMs = performance.now()
    const halfMs = (this.#limit.deadlineMs - nowMs) / 2
    this.#attempt.deadlineMs = this.#question.servers.count() > 1 ? nowMs + halfMs : Infinity
  }

  onNone(fault: string): void {
    this.#fail(`it cannot be reached: ${fault}`)
  }

  onFound(link: Link): void {
    this.#attempt.deadlineMs = Infinity
    const { wire } = link
    if (wire === undefined) return this.#fail('it is asked over HTTP/1.1 alone')
    const answer = createAuthAnswerReader(this.#question.settings.maxAnswerBytes)
    wire.events = {
      onData: (bytes) => this.#read(answer.read(bytes), link),
      onDrain() {},
      onEnd: () => this.#closed(true, answer, link),
      onClose: () => this.#closed(false, answer, link),
    }
    wire.write(Buffer.from(this.#question.text, 'latin1'))
  }

  #read(step: AnswerStep, link: Link): void {
    if (this.#isOver || this.#search.link !== link || step.kind === 'more') return
    this.#search.report(step.kind === 'whole' ? 'ok' : 'failed')
    if (step.kind === 'invalid') return this.#fail(step.detail)
    this.#end(step.mayReuse)
    this.#settled(readAuthAnswer(step.head, this.#question.settings), step.head)
  }

  #closed(isIntact: boolean, answer: AuthAnswerReader, link: Link): void {
    if (this.#isOver || this.#search.link !== link) return
    if (answer.hasHeard || !link.isReused) return this.#read(answer.ended(isIntact), link)
    // The service closed an idle connection while the question was on its way.
    this.#search.again()
  }

  #late(): void {
    const hasAsked = this.#search.link !== undefined
    this.#search.report(hasAsked ? 'failed' : 'unreachable')
    this.#fail(hasAsked ? 'no answer in time' : 'no connection in time', 504)
  }

  #fail(detail: string, status: 502 | 504 = 502): void {
    if (this.#isOver) return
    this.#end(false)
    this.#settled(authFailure(detail, status), undefined)
  }

  #end(mayReuse: boolean): void {
    this.#isOver = true
    this.#question.deadlines.remove(this.#limit)
    this.#question.deadlines.remove(this.#attempt)
    this.#search.release(mayReuse)
    this.#search.cancel()
  }
}
