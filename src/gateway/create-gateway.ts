/** The gateway: its listeners judge every request, and forward those that are allowed. */
import type { Stores } from '../decision/stores.ts'
import { createDeadlines } from '../http/deadlines.ts'
import { createGatewayState } from './gateway-state.ts'
import { GatewayListener, type ListenerEvents } from './gateway-listener.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import type { GatewayInput, ListenerInput } from './gateway-input.ts'
import { compileGatewayRules } from './rules.ts'
import { resolveHost, type ResolveHost } from '../http/sockets/resolve-host.ts'
import { socketText } from '../socket-address.ts'
import type { NameEvent } from './upstream/name-watch.ts'

export interface Gateway {
  /** `127.0.0.1:8080` or `unix:/run/gateway.sock`, with the real port if the setting has 0. In the order of the settings. */
  readonly addresses: readonly string[]
  /**
   * Puts other rules in force, from the next request on. Servers, auth services and counts are kept if their settings
   * are the same. Addresses stay as they were bound: a listener that the new configuration does not have keeps its
   * previous settings.
   */
  replace(input: GatewayInput): void
  /** Tells every client that its next answer is the last on its connection. New connections are accepted until the stop. */
  drain(): void
  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
  stop(patienceMs: number): Promise<void>
}

/** Called for what happens at the listeners, and to names of servers. */
export interface GatewayEvents extends ListenerEvents {
  onName(event: NameEvent): void
}

/**
 * @param stores Of the process: they outlive the gateway.
 * @param resolve How names of servers are looked up. Default: by the system.
 * @throws WarderError ERR_SERVER_LISTEN if an address cannot be bound; then none is.
 */
export function createGateway(
  input: GatewayInput,
  events: GatewayEvents,
  stores: Stores,
  resolve: ResolveHost = resolveHost,
): Gateway {
  const deadlines = createDeadlines()
  const state = createGatewayState(stores, { resolve, onEvent: (event) => events.onName(event) })
  let inForce = input.listeners
  const first = compileGatewayRules(input, state, deadlines)
  const listeners: GatewayListener[] = []
  try {
    for (const [i, listener] of inForce.entries())
      listeners.push(new GatewayListener(listener, first[i] as ExchangeRules, deadlines, events))
  } catch (fault) {
    for (const listener of listeners) void listener.stop(0)
    state.close()
    deadlines.close()
    throw fault
  }
  return {
    addresses: listeners.map(({ address }) => address),
    replace(next) {
      inForce = settingsFor(inForce, next.listeners)
      const rules = compileGatewayRules({ ...next, listeners: inForce }, state, deadlines)
      for (const [i, listener] of listeners.entries())
        listener.replace(inForce[i] as ListenerInput, rules[i] as ExchangeRules)
    },
    drain() {
      for (const listener of listeners) listener.drain()
    },
    async stop(patienceMs) {
      await Promise.all(listeners.map((listener) => listener.stop(patienceMs)))
      state.close()
      deadlines.close()
    },
  }
}

/** For each running listener its settings in the new configuration, or its previous ones. */
function settingsFor(
  running: readonly ListenerInput[],
  next: readonly ListenerInput[],
): readonly ListenerInput[] {
  const unclaimed = [...next]
  return running.map((old) => {
    const at = unclaimed.findIndex(({ settings }) => isSameListener(settings, old.settings))
    return unclaimed.splice(at, at < 0 ? 0 : 1)[0] ?? old
  })
}

/** A listener with TLS never becomes one without it, nor the other way round. */
const isSameListener = (a: ListenerInput['settings'], b: ListenerInput['settings']): boolean =>
  socketText(a.address) === socketText(b.address) && (a.tls === undefined) === (b.tls === undefined)
