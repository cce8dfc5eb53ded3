/** Asks over sockets: the bytes of a probe are what it is about, so no library for HTTP may touch them. */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AnswerHeadReader } from '../../../http/messages/answer-head-reader.ts'
import { createBodyReader, type BodyReader } from '../../../http/messages/body-reader.ts'
import type { ResponseHead } from '../../../http/messages/response-head.ts'
import { MAX_BODY_BYTES, noAnswer, type Answer, type Asker } from './answer.ts'
import { requestBytes, type AskedRequest } from './asked-request.ts'
import type { Target } from './target.ts'

/** @param timeoutMs Longest wait for a connection, and for each answer. */
export function createRawAsker(target: Target, timeoutMs: number): Asker {
  const sendOn = (socket: Socket, request: AskedRequest): Promise<Exchanged> =>
    exchange(socket, requestBytes(request, target.authority), request.method, timeoutMs)
  const sendAnew = async (request: AskedRequest): Promise<Exchanged> => {
    const opened = await open(target, timeoutMs)
    return 'write' in opened ? sendOn(opened, request) : { answer: opened, reusable: undefined }
  }
  return {
    async ask(request) {
      const { answer, reusable } = await sendAnew(request)
      reusable?.destroy()
      return answer
    },
    async askInTurn(requests) {
      const answers: Answer[] = []
      let kept: Socket | undefined
      for (const request of requests) {
        let exchanged = kept === undefined ? undefined : await sendOn(kept, request)
        // A kept connection may end just then, which is no answer to the request.
        if (exchanged === undefined || exchanged.answer.fault === 'closed')
          exchanged = await sendAnew(request)
        answers.push(exchanged.answer)
        kept = exchanged.reusable
      }
      kept?.destroy()
      return answers
    },
  }
}

/**
 * Connects once, for the error of a site that cannot be reached.
 *
 * @returns Undefined if it can.
 */
export async function whyUnreachable(target: Target, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTo(target)
    const settle = (why?: string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(why)
    }
    const timer = setTimeout(() => settle(`no connection in ${timeoutMs} ms`), timeoutMs)
    socket.once(target.scheme === 'https' ? 'secureConnect' : 'connect', () => settle())
    socket.once('error', (fault: NodeJS.ErrnoException) => settle(fault.code ?? fault.message))
    socket.once('close', () => settle('the connection was closed'))
  })
}

function connectTo({ scheme, connect, serverName, ca }: Target): Socket {
  if (scheme === 'http') return connectTcp(connect.port, connect.host)
  return connectTls({
    host: connect.host,
    port: connect.port,
    ALPNProtocols: ['http/1.1'],
    ...(serverName !== undefined && { servername: serverName }),
    ...(ca !== undefined && { ca: [ca] }),
  })
}

function open(target: Target, timeoutMs: number): Promise<Socket | Answer> {
  return new Promise((resolve) => {
    const start = performance.now()
    const socket = connectTo(target)
    const fail = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(noAnswer('no_connection', performance.now() - start))
    }
    const timer = setTimeout(fail, timeoutMs)
    // Stays: an error without a listener would end the process.
    socket.on('error', fail)
    socket.once(target.scheme === 'https' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

interface Exchanged {
  readonly answer: Answer
  /** The connection, if it may carry another request; otherwise it is closed. */
  readonly reusable: Socket | undefined
}

function exchange(socket: Socket, bytes: string, method: string, timeoutMs: number): Promise<Exchanged> {
  return new Promise((resolve) => {
    const start = performance.now()
    const reading = createAnswerReading(method)
    const settle = (fault?: NonNullable<Answer['fault']>): void => {
      clearTimeout(timer)
      socket.off('data', onData)
      socket.off('close', onClose)
      socket.off('end', onClose)
      const ms = performance.now() - start
      const { head, isDone, body, hasSurplus } = reading.result(fault === 'closed')
      const isWhole = head !== undefined && isDone
      const mayReuse = isWhole && fault === undefined && head.mayReuse && !hasSurplus && head.status !== 101
      if (!mayReuse) socket.destroy()
      const { status = 0, fields = [] } = head ?? {}
      const answer = isWhole ? { status, fields, body, hasSurplus, ms } : noAnswer(fault ?? 'invalid', ms)
      resolve({ answer, reusable: mayReuse ? socket : undefined })
    }
    const onData = (chunk: Buffer): void => {
      const state = reading.read(chunk)
      if (state !== 'more') settle(state === 'invalid' ? 'invalid' : undefined)
    }
    const onClose = (): void => settle('closed')
    const timer = setTimeout(() => settle('late'), timeoutMs)
    socket.on('data', onData)
    socket.once('end', onClose)
    socket.once('close', onClose)
    socket.write(bytes, 'latin1')
  })
}

function createAnswerReading(method: string) {
  const heads = new AnswerHeadReader(method)
  let head: ResponseHead | undefined
  let reader: BodyReader | undefined
  let body = ''
  let hasSurplus = false
  const isWhole = (): boolean => reader?.isDone === true || body.length >= MAX_BODY_BYTES
  const readBody = (bytes: Buffer): 'more' | 'done' | 'invalid' => {
    const used = reader?.read(bytes, (part) => (body += part.toString('latin1'))) ?? 0
    if (used < 0) return 'invalid'
    // What follows a change of protocol is not HTTP.
    if (used < bytes.length && head?.status !== 101) hasSurplus = true
    return isWhole() ? 'done' : 'more'
  }
  return {
    read(bytes: Buffer): 'more' | 'done' | 'invalid' {
      if (head !== undefined) return readBody(bytes)
      const step = heads.read(bytes)
      if (step.kind !== 'head') return step.kind
      head = step.head
      reader = createBodyReader(head.framing)
      return readBody(step.rest)
    },
    /** @param isClosed The connection has ended, which ends a body without a length. */
    result(isClosed: boolean) {
      const isDone = isWhole() || (isClosed && head?.framing.kind === 'until_close')
      return { head, isDone, body, hasSurplus }
    },
  }
}
