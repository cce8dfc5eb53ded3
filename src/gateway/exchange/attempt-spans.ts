/** The spans of an exchange's attempts, each a request to one server: a second one shows that the first has failed. */
import { FAULT_STATUS, type GatewayFault } from '../gateway-event.ts'
import type { OpenSpan, RequestTrace } from '../../tracing/request-trace.ts'
import type { SpanAttributes } from '../../tracing/span.ts'
import type { SocketAddress } from '../../socket-address.ts'
import type { ServerPool } from '../upstream/server-pool.ts'

const SERVER_ERROR = 500

/** At most one attempt is under way. Without a recorded trace, there is nothing to do. */
export class AttemptSpans {
  readonly #trace: RequestTrace
  readonly #method: string
  readonly #upstream: string
  #span: OpenSpan | undefined
  #server: ServerPool | undefined
  #count = 0

  constructor(trace: RequestTrace, method: string, upstream: string) {
    this.#trace = trace
    this.#method = method
    this.#upstream = upstream
  }

  /** Of the attempt under way. */
  get current(): OpenSpan | undefined {
    return this.#span
  }

  begin(server: ServerPool | undefined): void {
    this.#server = server
    this.#count += 1
    this.#span = this.#trace.open('warder.upstream', 'client')
  }

  /** The server has answered. */
  answered(status: number): void {
    this.#end({ 'http.response.status_code': status }, status >= SERVER_ERROR ? String(status) : undefined)
  }

  failed(why: string): void {
    this.#end({}, why)
  }

  /** The exchange is over. That the client has left is no fault of the server. */
  over(status: number, fault: GatewayFault | undefined): void {
    const isServers = fault !== undefined && FAULT_STATUS[fault] >= SERVER_ERROR
    if (isServers) this.#end({}, fault)
    else this.#end({ 'http.response.status_code': status === 0 ? undefined : status }, undefined)
  }

  #end(more: SpanAttributes, error: string | undefined): void {
    const settings = this.#server?.settings
    this.#span?.end(
      {
        'http.request.method': this.#method,
        'warder.upstream': this.#upstream,
        ...addressAttributes(settings?.address),
        'network.peer.address': this.#server?.ip,
        'http.request.resend_count': this.#count === 1 ? undefined : this.#count - 1,
        'error.type': error,
        ...more,
      },
      error,
    )
    this.#span = undefined
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/server/ */
export const addressAttributes = (address: SocketAddress | undefined): SpanAttributes => {
  if (address === undefined) return {}
  return address.kind === 'unix'
    ? { 'server.address': address.path, 'network.transport': 'unix' }
    : { 'server.address': address.host, 'server.port': address.port }
}
