/** A gateway on a free loopback port in front of servers of the test. */
import { createServer, type Socket } from 'node:net'
import type { Cleanup } from './live/cleanup.ts'
import { takeMessage, valuesOf, type HttpMessage } from './live/http-message.ts'
import { listen } from './live/loopback.ts'
import { AUDIENCE, ISSUER, loadOrThrow, memoryLogger, SECRET, type LogLine } from './run-service.ts'
import { startService, type Service } from '../../src/app/service.ts'

export interface RunningGateway {
  readonly port: number
  readonly url: string
  readonly service: Service
  readonly lines: readonly LogLine[]
}

export interface GatewayText {
  /** Members of the upstream `app`, in flow style, without `servers`. */
  readonly upstream?: string
  /** Members of `listen.gateway` beside its address. */
  readonly listen?: string
  /** Token sources, in flow style. */
  readonly sources?: string
  /** For `warder serve`. Default: the default of the setting. */
  readonly workers?: number
}

/** Everything below `/public` is public, `/orders` needs a scope, `/closed` is denied. */
export const gatewayConfig = (servers: readonly string[], text: GatewayText = {}): string => `version: 1
${text.workers === undefined ? '' : `workers: ${text.workers}\n`}issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
token_sources: ${text.sources ?? '[{ header: Authorization }]'}
policies:
  read: { scope: orders:read, identity: { X-Auth-Subject: sub, X-Auth-Roles: roles } }
routes:
  - { name: closed, match: { path: /closed/** }, access: deny }
  - { name: public, match: { path: [/public/**, /] }, access: public, upstream: app }
  - { name: orders, match: { path: /orders/** }, policy: read, upstream: app }
upstreams:
  app: { servers: ${JSON.stringify(servers)}${text.upstream === undefined ? '' : `, ${text.upstream}`} }
listen:
  decisions: 127.0.0.1:0
  admin: off
  gateway: { address: "127.0.0.1:0", access_log: true${text.listen === undefined ? '' : `, ${text.listen}`} }
drain: 0s
`

export async function runGateway(config: string, cleanup: Cleanup): Promise<RunningGateway> {
  const { logger, lines } = memoryLogger()
  const service = await startService(await loadOrThrow(config), logger)
  cleanup.add(() => service.stop(0))
  const port = Number(service.addresses.at(-1)?.split(':').at(-1))
  return { port, url: `http://127.0.0.1:${port}`, service, lines }
}

export interface UpstreamRequest extends HttpMessage {
  readonly method: string
  readonly target: string
  values(name: string): readonly string[]
  /** Everything that the connection has received so far, this request included. */
  readonly bytes: () => string
}

export interface RawUpstream {
  readonly port: number
  readonly url: string
  /** Whole requests, oldest first. */
  readonly received: UpstreamRequest[]
  /** Connections accepted so far. */
  readonly connections: Socket[]
  /** Every byte that arrived, of all connections. */
  bytes(): string
}

/** A server that hands each whole request to the test; 200 with the body `ok` otherwise. */
export async function startRawUpstream(
  cleanup: Cleanup,
  answer: (request: UpstreamRequest, socket: Socket) => void = (_, socket) => void socket.write(OK),
): Promise<RawUpstream> {
  const received: UpstreamRequest[] = []
  const connections: Socket[] = []
  let all = ''
  const server = createServer((socket) => {
    connections.push(socket)
    let bytes: Buffer = Buffer.alloc(0)
    let mine = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      mine += chunk.toString('latin1')
      all += chunk.toString('latin1')
      for (let t = takeMessage(bytes, true, false); t !== undefined; t = takeMessage(bytes, true, false)) {
        bytes = t.rest
        const { message } = t
        const [method = '', target = ''] = message.startLine.split(' ')
        const values = (name: string): readonly string[] => valuesOf(message, name)
        const request = { ...message, method, target, values, bytes: () => mine }
        received.push(request)
        answer(request, socket)
      }
    })
  })
  const port = await listen(server, cleanup)
  return { port, url: `http://127.0.0.1:${port}`, received, connections, bytes: () => all }
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
