/** The gateway: its listeners judge every request, and forward those that are allowed. */
import type { Stores } from '../decision/stores.ts'
import type { ListenerLoad } from '../http/connections/connection-listener.ts'
import { createDeadlines, type Deadlines } from '../http/deadlines.ts'
import type { GatewayReport } from './gateway-report.ts'
import { createGatewayState } from './gateway-state.ts'
import { GatewayListener, type ListenerEvents } from './gateway-listener.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import type { GatewayInput, ListenerInput } from './gateway-input.ts'
import { compileGatewayRules, type GatewayRules } from './rules.ts'
import { resolveHost, type ResolveHost } from '../http/sockets/resolve-host.ts'
import { finishInSlices, finishNow, type Rest, type Sliced } from '../slices.ts'
import { socketText } from '../socket-address.ts'
import type { NameEvent } from './upstream/name-watch.ts'
import type { ServerEvent } from './upstream/server-event.ts'
import type { ServerGroupDeps } from './upstream/server-group.ts'

export interface Gateway {
  /** `127.0.0.1:8080` or `unix:/run/gateway.sock`, with the real port if the setting has 0. In the order of the settings. */
  readonly addresses: readonly string[]
  /** As {@link prepare}, at once. */
  replace(input: GatewayInput): void
  /**
   * Compiles other rules while requests go on; they are put in force from the next request on. Servers, auth services and counts are kept if their settings
   * are the same. Addresses stay as they were bound: a listener that the new configuration does not have keeps its
   * previous settings. One at a time: the result of a call is used or discarded before the next call.
   */
  prepare(input: GatewayInput, rest: Rest): Promise<PreparedRules>
  /** Its state now. */
  report(): GatewayReport
  /** What each listener carries now. */
  loads(): readonly { readonly address: string; readonly load: ListenerLoad }[]
  /** Tells every client that its next answer is the last on its connection. New connections are accepted until the stop. */
  drain(): void
  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
  stop(patienceMs: number): Promise<void>
}

/** Rules that are not in force yet. */
export interface PreparedRules {
  putInForce(): void
  /** They never come into force. */
  discard(): void
}

/** Called for what happens at the listeners, to names of servers, and to servers. */
export interface GatewayEvents extends ListenerEvents {
  onName(event: NameEvent): void
  onServer(event: ServerEvent): void
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
  const state = createGatewayState(stores, toNames(resolve, events))
  let inForce = input.listeners
  const compile = (next: GatewayInput): Sliced<GatewayRules> => compileGatewayRules(next, state, deadlines)
  const first = finishNow(compile(input))
  const listeners = openAll(inForce, first, deadlines, events, () => {
    state.close()
    deadlines.close()
  })
  const settle = ({ limits }: GatewayRules): void => {
    state.rates.retain(limits)
    state.settle()
  }
  settle(first)
  const putInForce = (next: GatewayInput, rules: GatewayRules): void => {
    inForce = next.listeners
    for (const [i, listener] of listeners.entries())
      listener.replace(inForce[i] as ListenerInput, rules.ofListeners[i] as ExchangeRules)
    settle(rules)
  }
  const withRunning = (next: GatewayInput): GatewayInput => ({
    ...next,
    listeners: settingsFor(inForce, next.listeners),
  })
  return {
    addresses: listeners.map(({ address }) => address),
    replace(read) {
      const next = withRunning(read)
      putInForce(next, finishNow(compile(next)))
    },
    async prepare(read, rest) {
      const next = withRunning(read)
      try {
        const rules = await finishInSlices(compile(next), rest)
        return { putInForce: () => putInForce(next, rules), discard: () => state.discard() }
      } catch (fault) {
        state.discard()
        throw fault
      }
    },
    report: () => state.report(performance.now()),
    loads: () => listeners.map(({ address, load }) => ({ address, load })),
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

const toNames = (
  resolve: ResolveHost,
  events: GatewayEvents,
): Pick<ServerGroupDeps, 'resolve' | 'onEvent' | 'onServer'> => ({
  resolve,
  onEvent: (event) => events.onName(event),
  onServer: (event) => events.onServer(event),
})

/** All of them, or none: then `close` is called. */
function openAll(
  inputs: readonly ListenerInput[],
  { ofListeners }: GatewayRules,
  deadlines: Deadlines,
  events: GatewayEvents,
  close: () => void,
): readonly GatewayListener[] {
  const listeners: GatewayListener[] = []
  try {
    for (const [i, input] of inputs.entries())
      listeners.push(new GatewayListener(input, ofListeners[i] as ExchangeRules, deadlines, events))
    return listeners
  } catch (fault) {
    for (const listener of listeners) void listener.stop(0)
    close()
    throw fault
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
