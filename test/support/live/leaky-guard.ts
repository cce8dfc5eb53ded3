/** A small guard in front of an application that does everything right, except for one hole. */
import { connect, createServer, type Socket } from 'node:net'
import { canonicalizePath } from '../../../src/request/canonical-path.ts'
import type { Cleanup } from './cleanup.ts'
import { takeMessage, valuesOf, type HttpMessage } from './http-message.ts'
import { listen } from './loopback.ts'

/** A request at the guard. */
export interface GuardedRequest extends HttpMessage {
  readonly method: string
  readonly target: string
  values(name: string): readonly string[]
}

export interface Hole {
  /** Lets pass what it should deny. */
  readonly allows?: (request: GuardedRequest) => boolean
  /** Fields that are passed on as the client spelled them. */
  readonly passes?: (name: string, value: string, request: GuardedRequest) => boolean
  /** Sets the identity of the user for the application. Default: alice. */
  readonly identity?: (request: GuardedRequest) => string | undefined
  /** Answers by itself. */
  readonly answers?: (request: GuardedRequest) => string | undefined
  /** What the application is asked for. Default: the target of the client. */
  readonly rewrites?: (target: string) => string
}

export interface LeakyGuard {
  readonly port: number
}

const HOST = 'api.example.com'

/** @param token The only one that is accepted. */
export async function startLeakyGuard(
  appPort: number,
  token: string,
  hole: Hole,
  cleanup: Cleanup,
): Promise<LeakyGuard> {
  const server = createServer((client) => {
    let bytes: Buffer = Buffer.alloc(0)
    client.on('error', () => client.destroy())
    client.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      const taken = takeMessage(bytes, true, false)
      if (taken === undefined) return
      bytes = Buffer.alloc(0)
      decide(toRequest(taken.message), client)
    })
  })
  const decide = (request: GuardedRequest, client: Socket): void => {
    const own = hole.answers?.(request)
    if (own !== undefined) return void client.end(own)
    if (isSound(request, token) || hole.allows?.(request) === true) return forward(request, client)
    client.end(denial(request.values('authorization').length === 0 ? 'token_missing' : 'token_malformed'))
  }
  const forward = (request: GuardedRequest, client: Socket): void => {
    const app = connect(appPort, '127.0.0.1', () => app.write(forwarded(request, hole), 'latin1'))
    app.on('error', () => client.destroy())
    app.pipe(client)
  }
  return { port: await listen(server, cleanup) }
}

export const denial = (reason: string): string =>
  `HTTP/1.1 401 Unauthorized\r\nX-Decision-Id: 1\r\nX-Decision-Reason: ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`

function toRequest(message: HttpMessage): GuardedRequest {
  const [method = '', target = ''] = message.startLine.split(' ')
  return { ...message, method, target, values: (name) => valuesOf(message, name) }
}

function isSound(request: GuardedRequest, token: string): boolean {
  const { method, target } = request
  const hasBothFramings =
    request.values('content-length').length > 0 && request.values('transfer-encoding').length > 0
  return (
    ['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method) &&
    canonicalizePath(target.split('?')[0] ?? '').ok &&
    target.startsWith('/orders/') &&
    request.values('host').join() === HOST &&
    request.values('authorization').join() === `Bearer ${token}` &&
    !hasBothFramings
  )
}

function forwarded(request: GuardedRequest, { passes, rewrites, identity = () => 'alice' }: Hole): string {
  const isWebSocket = request.values('upgrade').join() === 'websocket'
  const kept = request.headers.filter(
    ([name, value]) =>
      /^accept$/i.test(name) ||
      (isWebSocket && /^(?:upgrade|connection|sec-websocket-.*)$/i.test(name)) ||
      passes?.(name, value, request) === true,
  )
  const subject = identity(request)
  const lines = [
    ['Host', HOST] as const,
    ...(subject === undefined ? [] : [['X-Auth-Subject', subject] as const]),
    ...kept,
  ]
  const target = rewrites?.(request.target) ?? request.target
  return `${request.method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
