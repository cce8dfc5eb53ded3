/** A gateway in front of applications that share a port, each at an address of loopback, behind names of the test. */
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gatewayInput } from '../../src/app/gateway-input.ts'
import { createStores } from '../../src/app/system.ts'
import { createGateway } from '../../src/gateway/create-gateway.ts'
import type { ResolveHost } from '../../src/http/sockets/resolve-host.ts'
import type { UpstreamSettings } from '../../src/settings/upstream/definition.ts'
import { createDecisionLog } from '../../src/observe/decision-log.ts'
import { createGatewayLog } from '../../src/observe/gateway-log.ts'
import type { Cleanup } from './live/cleanup.ts'
import { loadOrThrow, memoryLogger, type LogLine } from './run-service.ts'

export interface PlacedApp {
  readonly port: number
  /** How many requests it was sent, and on how many connections. */
  readonly requests: () => number
  readonly connections: () => number
  /** Those that are open now. */
  readonly open: () => number
  /** From now on the address refuses connections. */
  close(): Promise<void>
}

/** An application that answers each request with its address. @param port 0 is any. */
export async function startAt(
  cleanup: Cleanup,
  host: string,
  port = 0,
  tls?: { readonly cert: string; readonly key: string },
): Promise<PlacedApp> {
  let requests = 0
  let connections = 0
  const open = new Set<Socket>()
  const answer: Parameters<typeof createServer>[1] = (_request, response) => {
    requests += 1
    response.end(host)
  }
  const server: Server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  server.keepAliveTimeout = 60_000
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of open) socket.destroy()
    })
  cleanup.add(() => (server.listening ? close() : undefined))
  const counted = { requests: () => requests, connections: () => connections, open: () => open.size }
  return { port: (server.address() as AddressInfo).port, ...counted, close }
}

export interface MovingGateway {
  readonly port: number
  readonly lines: readonly LogLine[]
}

/** @param times Of all upstreams, shorter than a configuration may have them. */
export async function runMovingGateway(
  cleanup: Cleanup,
  config: string,
  resolve: ResolveHost,
  times: Partial<Pick<UpstreamSettings, 'resolveMs' | 'maxConnectionAgeMs'>> = {},
): Promise<MovingGateway> {
  const { logger, lines } = memoryLogger()
  const input = gatewayInput(await loadOrThrow(config))
  const upstreams = input.upstreams.map((upstream) => ({ ...upstream, ...times }))
  const log = createGatewayLog(logger, createDecisionLog(logger))
  const gateway = createGateway({ ...input, upstreams }, log, createStores(), resolve)
  cleanup.add(() => gateway.stop(0))
  return { port: Number(gateway.addresses[0]?.split(':').at(-1)), lines }
}
