/** One listener of the gateway: its rules are replaced, its address stays. */
import { ConnectionListener, type ListenerLoad } from '../http/connections/connection-listener.ts'
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import type { Deadlines } from '../http/deadlines.ts'
import type { BeginTrace } from './client/client-request.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import { createExchangeHandler } from './exchange/exchange-handler.ts'
import type { ExchangeEvent } from './gateway-event.ts'
import type { ListenerInput } from './gateway-input.ts'

/** Called for what happens at a listener. */
export interface ListenerEvents {
  onExchange(event: ExchangeEvent, accessLog: boolean): void
  /** Returns the place of a request in its trace; undefined if nothing is traced. Absent: nothing ever is. */
  readonly beginTrace?: BeginTrace
  /** The listener at this address has as many connections as it may. */
  onLimitReached(address: string, report: LimitReached): void
  /** The connections of the listener at this address hold too much memory. */
  onOverload(address: string, overload: Overload): void
}

/** For the log. */
const EVICTED = 'closed to free memory'

export class GatewayListener {
  #input: ListenerInput
  #rules: ExchangeRules
  readonly #listener: ConnectionListener

  /** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
  constructor(input: ListenerInput, rules: ExchangeRules, deadlines: Deadlines, events: ListenerEvents) {
    const { settings, certificates } = input
    this.#input = input
    this.#rules = rules
    const proto = certificates === undefined ? 'http' : 'https'
    const currentRules = (): ExchangeRules => this.#rules
    this.#listener = new ConnectionListener({
      address: settings.address,
      certificates: certificates && (() => this.#input.certificates ?? certificates),
      mayBeHttp2: () => this.#input.settings.h2c === true,
      maxConnections: () => this.#input.settings.maxConnections,
      maxHeldBytes: () => this.#input.settings.maxHeldBytes,
      deadlines,
      connected: (connection) =>
        createExchangeHandler(currentRules, {
          deadlines,
          proto,
          beginTrace: events.beginTrace,
          peer: connection.peer,
          onExchange: (event) => {
            // The client did not leave on its own.
            const detail = event.detail ?? (connection.isEvicted ? EVICTED : undefined)
            events.onExchange(
              connection.isEvicted ? { ...event, detail } : event,
              this.#input.settings.accessLog,
            )
          },
        }),
      onLimitReached: (report) => events.onLimitReached(this.address, report),
      onOverload: (overload) => events.onOverload(this.address, overload),
    })
  }

  /** With the real port if the setting has 0. */
  get address(): string {
    return this.#listener.address
  }

  get load(): ListenerLoad {
    return this.#listener.load
  }

  /** Puts other settings in force, from the next request on. The address and whether there is TLS stay. */
  replace(input: ListenerInput, rules: ExchangeRules): void {
    this.#rules = rules
    this.#input = input
    this.#listener.replaced()
  }

  drain(): void {
    this.#listener.drain()
  }

  stop(patienceMs: number): Promise<void> {
    return this.#listener.stop(patienceMs)
  }
}
