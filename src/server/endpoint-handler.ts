/** Answers the requests of the decision listener by their path. */
import { endpointOf } from '../callers/callers.ts'
import type { RequestHandler, Serve } from '../http/connections/client-connection.ts'
import { NO_CLIENT_EVENTS, type ClientStream } from '../http/connections/client-stream.ts'
import type { RequestFault } from '../http/messages/framing.ts'
import { announcesBody, type RequestHead } from '../http/messages/request-head.ts'
import { asWholeAnswer, type WrittenAnswer } from '../http/messages/whole-answer.ts'

/**
 * Answers the requests to one path; it reads no body.
 *
 * @param peer Address of the other side of the connection; empty on a unix socket.
 */
export type Endpoint = (head: RequestHead, peer: string) => WrittenAnswer | Promise<WrittenAnswer>

/** By path, in the form in which requests name it, or by what `endpointOf` finds in it. */
export type Endpoints = ReadonlyMap<string, Endpoint>

const NO_STORE = { name: 'cache-control', value: 'no-store' }
/** Body of the answer to a path without an endpoint, by which the command line recognises the decision listener. */
export const NO_ENDPOINT = 'no such endpoint; see docs/callers.md\n'
const NOT_FOUND: WrittenAnswer = {
  status: 404,
  lines: 'content-type: text/plain; charset=utf-8\r\n',
  body: NO_ENDPOINT,
}
/** After a bug nothing is known about the connection. */
const FAILED: WrittenAnswer = {
  status: 503,
  lines: 'cache-control: no-store\r\nx-decision-reason: internal_error\r\n',
  body: '',
  isLast: true,
}

/**
 * @param endpoints Returns those in force now.
 * @param peer Address of the other side of the connection; empty on a unix socket.
 * @param onRefused Called for each request that could not be read.
 * @param onUnknownPath Called for each request to a path without an endpoint.
 */
export function createEndpointHandler(
  endpoints: () => Endpoints,
  peer: string,
  onRefused: (fault: RequestFault) => void,
  onUnknownPath: (path: string) => void,
): RequestHandler {
  const answer = (head: RequestHead): ReturnType<Endpoint> => {
    const all = endpoints()
    const endpoint = all.get(head.path) ?? all.get(endpointOf(head.path))
    if (endpoint === undefined) {
      onUnknownPath(head.path)
      return NOT_FOUND
    }
    try {
      const answered = endpoint(head, peer)
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
  (answered: Promise<WrittenAnswer>): Serve =>
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
function send(stream: ClientStream, written: WrittenAnswer): void {
  const answer = asWholeAnswer(written)
  stream.answerWhole(announcesBody(stream.head) ? { ...answer, isLast: true } : answer)
  stream.release()
}
