/** Asks over HTTP/2, if the site offers it: a proxy may read its fields by other rules than those of HTTP/1.1. */
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2'
import { MAX_BODY_BYTES, noAnswer, type Answer, type Asker } from './answer.ts'
import { http2Fields, type AskedRequest } from './asked-request.ts'
import type { Target } from './target.ts'

export interface Http2Asker extends Asker {
  close(): void
}

/** Undefined if the site does not offer HTTP/2 by ALPN (RFC 9113 §3.2). */
export async function createHttp2Asker(target: Target, timeoutMs: number): Promise<Http2Asker | undefined> {
  const first = target.scheme === 'https' ? await openSession(target, timeoutMs) : undefined
  if (first === undefined) return undefined
  let session = first
  const askOnce = (request: AskedRequest): Promise<Answer> =>
    askStream(session, http2Fields(request, target.authority), timeoutMs)
  const ask = async (request: AskedRequest): Promise<Answer> => {
    const answer = await askOnce(request)
    // Proxies end the connection after some probes. That is no answer to the next one.
    if (answer.status > 0 || !isOver(session)) return answer
    const next = await openSession(target, timeoutMs)
    if (next === undefined) return noAnswer('no_connection', answer.ms)
    session = next
    return askOnce(request)
  }
  return {
    ask,
    async askInTurn(requests) {
      const answers: Answer[] = []
      for (const request of requests) answers.push(await ask(request))
      return answers
    },
    close: () => session.destroy(),
  }
}

const isOver = ({ closed, destroyed }: ClientHttp2Session): boolean => closed || destroyed

function openSession(
  { connect: place, serverName, ca, authority }: Target,
  timeoutMs: number,
): Promise<ClientHttp2Session | undefined> {
  return new Promise((resolve) => {
    const session = connect(`https://${authority}`, {
      host: place.host,
      port: place.port,
      ...(serverName !== undefined && { servername: serverName }),
      ...(ca !== undefined && { ca: [ca] }),
    })
    const settle = (opened?: ClientHttp2Session): void => {
      clearTimeout(timer)
      if (opened === undefined) session.destroy()
      resolve(opened)
    }
    const timer = setTimeout(() => settle(), timeoutMs)
    session.on('error', () => settle())
    session.once('close', () => settle())
    // A site without HTTP/2 never sends its settings.
    session.once('remoteSettings', () => settle(session))
  })
}

function askStream(
  session: ClientHttp2Session,
  fields: Readonly<Record<string, string | string[]>>,
  timeoutMs: number,
): Promise<Answer> {
  const start = performance.now()
  return new Promise((resolve) => {
    let head: IncomingHttpHeaders = {}
    let body = ''
    const elapsed = (): number => performance.now() - start
    const settle = (answer: Answer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const answered = (): Answer => ({
      status: Number(head[':status'] ?? 0),
      fields: fieldLines(head),
      body,
      hasSurplus: false,
      ms: elapsed(),
    })
    let stream: ClientHttp2Stream | undefined
    const timer = setTimeout(() => {
      settle(noAnswer('late', elapsed()))
      // Else it would go on, and be kept for nobody.
      stream?.destroy()
    }, timeoutMs)
    try {
      const asked = session.request({ ...fields }, { endStream: true })
      stream = asked
      asked.on('response', (headers) => (head = headers))
      asked.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1')
        if (body.length < MAX_BODY_BYTES) return
        settle(answered())
        asked.destroy()
      })
      asked.on('error', () => undefined)
      asked.on('close', () => {
        const answer = answered()
        settle(answer.status === 0 ? noAnswer('closed', elapsed()) : answer)
      })
    } catch {
      // The runtime refuses to send it.
      clearTimeout(timer)
      resolve(noAnswer('invalid', elapsed()))
    }
  })
}

const fieldLines = (head: IncomingHttpHeaders): Answer['fields'] =>
  Object.entries(head).flatMap(([name, value]) =>
    name.startsWith(':') || value === undefined ? [] : [value].flat().map((one) => ({ name, value: one })),
  )
