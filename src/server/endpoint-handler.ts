/** Answers the requests of the decision listener by their exact path. */
import { PROXIES } from '../callers/callers.ts'
import type { RequestHandler, Serve } from '../http/connections/client-connection.ts'
import { NO_CLIENT_EVENTS, type ClientStream } from '../http/connections/client-stream.ts'
import type { RequestFault } from '../http/messages/framing.ts'
import { announcesBody, type RequestHead } from '../http/messages/request-head.ts'
import type { WholeAnswer } from '../http/messages/whole-answer.ts'

/** Answers the requests to one path; it reads no body. */
export type Endpoint = (head: RequestHead) => WholeAnswer | Promise<WholeAnswer>

/** By path, in the form in which requests name it. */
export type Endpoints = ReadonlyMap<string, Endpoint>

const NO_STORE = { name: 'cache-control', value: 'no-store' }
const NOT_FOUND: WholeAnswer = {
  status: 404,
  fields: [{ name: 'content-type', value: 'text/plain; charset=utf-8' }],
  body: `no such endpoint; see ${PROXIES.map(({ docs }) => docs).join(', ')}\n`,
}
/** After a bug nothing is known about the connection. */
const FAILED: WholeAnswer = {
  status: 503,
  fields: [NO_STORE, { name: 'x-decision-reason', value: 'internal_error' }],
  body: '',
  isLast: true,
}

/**
 * @param endpoints Returns those in force now.
 * @param onRefused Called for each request that could not be read.
 */
export function createEndpointHandler(
  endpoints: () => Endpoints,
  onRefused: (fault: RequestFault) => void,
): RequestHandler {
  const answer: Endpoint = (head) => {
    const endpoint = endpoints().get(head.path)
    if (endpoint === undefined) return NOT_FOUND
    try {
      const answered = endpoint(head)
      return answered instanceof Promise ? answered.catch(() => FAILED) : answered
    } catch {
      return FAILED
    }
  }
  return {
    answerNow(head) {
      const answered = answer(head)
      return answered instanceof Promise ? answerLater(answered) : answered
    },
    serve(stream) {
      const answered = answer(stream.head)
      if (answered instanceof Promise) answerLater(answered)(stream)
      else send(stream, answered)
    },
    refuse(fault) {
      onRefused(fault)
      return { status: fault.status, fields: [NO_STORE], body: '' }
    },
  }
}

/** Answers when the answer is known, unless the client has left. */
const answerLater =
  (answered: Promise<WholeAnswer>): Serve =>
  (stream) => {
    let isGone = false
    const leave = (): void => {
      isGone = true
      stream.abort()
    }
    stream.events = { ...NO_CLIENT_EVENTS, onGone: leave, onBroken: leave }
    void answered.then((answer) => {
      if (!isGone) send(stream, answer)
    })
  }

/**
 * An announced body is never read: it would swallow the next request on the connection, which is another client's. So
 * the answer ends the connection.
 */
function send(stream: ClientStream, answer: WholeAnswer): void {
  stream.answerWhole(announcesBody(stream.head) ? { ...answer, isLast: true } : answer)
  stream.release()
}
