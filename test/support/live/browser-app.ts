/** The application behind the gateway for a real browser: it serves the page of checks and takes its reports. */
import { join } from 'node:path'
import type { Server } from 'bun'
import type { Cleanup } from './cleanup.ts'
import { waitFor } from './loopback.ts'

export interface BrowserApp {
  readonly url: string
  /** Method and path of everything that arrived, oldest first. */
  readonly received: readonly string[]
  /** What WebSockets were closed with by the page, oldest first. */
  readonly closes: readonly (readonly [code: number, reason: string])[]
  /** What the page reports of a check, once it does. */
  report(check: string): Promise<unknown>
}

interface Peer {
  readonly subject: string
}

/** What happened on one stream: the page and two requests of it meet here. */
interface Stream {
  confirmed: number
  hasArrived: boolean
  isAborted: boolean
}

const PAGE = join(import.meta.dir, 'browser-page.html')
const MIB = 1024 ** 2
const LARGE_BYTES = 64 * MIB
const PIECES = 5
/** The same content as in the page. */
const contentBlock = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(MIB).map((_, index) => (index * 31 + (index >> 8)) & 255)

/** @param shortLived Makes a token that expires in a moment. */
export function startBrowserApp(token: string, shortLived: () => string, cleanup: Cleanup): BrowserApp {
  const received: string[] = []
  const closes: [number, string][] = []
  const reports = new Map<string, unknown>()
  const streams = new Map<string, Stream>()
  const streamOf = (url: URL): Stream => {
    const name = url.searchParams.get('stream') ?? ''
    const stream = streams.get(name) ?? { confirmed: 0, hasArrived: false, isAborted: false }
    streams.set(name, stream)
    return stream
  }

  const answer = async (request: Request, server: Server<Peer>): Promise<Response | undefined> => {
    const url = new URL(request.url)
    received.push(`${request.method} ${url.pathname}`)
    const subject = request.headers.get('x-auth-subject') ?? 'nobody'
    switch (url.pathname) {
      case '/public/page':
        return new Response(Bun.file(PAGE))
      case '/public/setup':
        return Response.json({ token, uploadBytes: LARGE_BYTES })
      case '/public/report': {
        const { name, value } = (await request.json()) as { readonly name: string; readonly value: unknown }
        reports.set(name, value)
        return new Response()
      }
      case '/public/short-lived':
        return new Response(shortLived())
      case '/orders/subject':
        return new Response(subject)
      case '/orders/socket':
        return upgrade(request, server, subject)
      case '/orders/events':
        return inPieces(streamOf(url), 'text/event-stream', (count) => `data: event ${count}\n\n`)
      case '/orders/pieces':
        return inPieces(streamOf(url), 'text/plain', (count) => `piece ${count}`)
      case '/orders/confirm':
        streamOf(url).confirmed += 1
        return new Response()
      case '/orders/upload':
        return new Response(await digestOf(request.body))
      case '/orders/download':
        return download()
      case '/orders/endless':
        return endless(streamOf(url))
      case '/orders/hanging':
        return hang(streamOf(url), request.signal)
      case '/orders/arrived':
        await waitFor('the request to arrive', () => streamOf(url).hasArrived || undefined)
        return new Response()
      case '/orders/aborted':
        await waitFor('the upstream to be aborted', () => streamOf(url).isAborted || undefined)
        return new Response('the server was told')
      default:
        return new Response('', { status: 404 })
    }
  }
  const server = Bun.serve<Peer>({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    fetch: answer,
    websocket: {
      message(socket, message) {
        if (typeof message !== 'string') return void socket.send(message)
        const [, code] = /^close (\d+)$/.exec(message) ?? []
        if (code === undefined) socket.send(`${socket.data.subject}: ${message}`)
        else socket.close(Number(code), `bye ${code}`)
      },
      close: (_, code, reason) => void closes.push([code, reason]),
    },
  })
  cleanup.add(() => server.stop(true))
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    closes,
    report: async (check) => {
      await waitFor(`the browser to report: ${check}`, () => reports.has(check) || undefined)
      return reports.get(check)
    },
  }
}

function upgrade(request: Request, server: Server<Peer>, subject: string): Response | undefined {
  const asksFor = request.headers.get('sec-websocket-protocol')?.includes('chat.v2') === true
  const headers = asksFor ? { 'Sec-WebSocket-Protocol': 'chat.v2' } : {}
  return server.upgrade(request, { data: { subject }, headers })
    ? undefined
    : new Response('WebSocket only', { status: 426 })
}

/** Sends the next piece only when the page has confirmed the one before by a request of its own. */
function inPieces(stream: Stream, type: string, piece: (count: number) => string): Response {
  let count = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await waitFor('the page to confirm', () => (stream.confirmed >= count ? true : undefined))
      if (count === PIECES) return controller.close()
      count += 1
      controller.enqueue(Buffer.from(piece(count)))
    },
  })
  return new Response(body, { headers: { 'content-type': type } })
}

/** SHA-256 in hexadecimal; the content is not kept. */
async function digestOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const chunk of body ?? []) hasher.update(chunk)
  return hasher.digest('hex')
}

function download(): Response {
  const block = contentBlock()
  const hasher = new Bun.CryptoHasher('sha256')
  for (let sent = 0; sent < LARGE_BYTES; sent += MIB) hasher.update(block)
  let left = LARGE_BYTES
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close()
      left -= MIB
      controller.enqueue(block)
    },
  })
  return new Response(body, { headers: { 'x-digest': hasher.digest('hex') } })
}

function endless(stream: Stream): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Bun.sleep(20)
      controller.enqueue(Buffer.from('more\n'))
    },
    cancel() {
      stream.isAborted = true
    },
  })
  return new Response(body)
}

function hang(stream: Stream, signal: AbortSignal): Promise<Response> {
  stream.hasArrived = true
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      stream.isAborted = true
      resolve(new Response())
    })
  })
}
