/** Tracing of a process, over all of its configurations. Without `tracing` in one, nothing of it is loaded. */
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import type { DecisionEvent } from '../../observe/decision-log.ts'
import type { Logger } from '../../observe/logger.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import type { TracingSettings } from '../../settings/tracing/definition.ts'
import type { RequestTrace } from '../../tracing/request-trace.ts'
import { monotonicMs } from '../system.ts'
import { reportingFetch, type KeyFetch } from './key-fetches.ts'
import type { OpenTracing } from './open-tracing.ts'

export interface Tracing {
  /** Puts settings in force; undefined: nothing is traced. Resolves when they are; requests need not wait for that. */
  use(settings: TracingSettings | undefined): Promise<void>
  /** Records a decision, and writes its place in a trace into the event. */
  decided(event: DecisionEvent): void
  /** Records an exchange of the gateway. */
  exchanged(event: ExchangeEvent): void
  /** The place of a request in its trace; undefined if nothing is traced. */
  begin(headers: HeaderReader, isTrustedPeer: boolean): RequestTrace | undefined
  /** The same fetches of keys, which are recorded; those before the first settings too. */
  watchFetches(deps: KeyDeps): KeyDeps
  /** Spans that were lost in this process, with all of its settings. Never goes backwards. */
  lost(): number
  /** Sends what waits, for a second at most. */
  stop(): Promise<void>
}

const PATIENCE_MS = 1_000
/** Fetches before the configuration is known. */
const MAX_EARLY = 32

export function createTracing(logger: Logger): Tracing {
  let open: OpenTracing | undefined
  let inForce: string | undefined
  /** They still send what waits. */
  const closing = new Set<OpenTracing>()
  /** Of closed ones. */
  let lostBefore = 0
  /** Undefined when the settings are known. */
  let early: KeyFetch[] | undefined = []
  const close = async (): Promise<void> => {
    const last = open
    open = undefined
    if (last === undefined) return
    closing.add(last)
    await last.stop(PATIENCE_MS)
    closing.delete(last)
    lostBefore += last.lost()
  }
  const fetched = (fetch: KeyFetch): void => {
    if (early === undefined) open?.keysFetched(fetch)
    else if (early.length < MAX_EARLY) early.push(fetch)
  }
  return {
    async use(settings) {
      const wanted = settings === undefined ? undefined : JSON.stringify(settings)
      if (wanted === inForce && early === undefined) return
      inForce = wanted
      // What follows the import is in one turn, so that the last of several calls counts.
      const opening = settings && (await import('./open-tracing.ts')).openTracing
      if (inForce !== wanted) return
      void close()
      if (settings !== undefined) open = opening?.(settings, logger)
      for (const fetch of early ?? []) open?.keysFetched(fetch)
      early = undefined
    },
    decided: (event) => open?.decided(event),
    exchanged: (event) => open?.exchanged(event),
    begin: (headers, isTrustedPeer) => open?.begin(headers, isTrustedPeer),
    watchFetches: ({ fetch, fetchVia, ...deps }) => ({
      ...deps,
      fetch: reportingFetch(fetch, monotonicMs, fetched),
      ...(fetchVia && {
        fetchVia: (reach, origin) => reportingFetch(fetchVia(reach, origin), monotonicMs, fetched),
      }),
    }),
    lost() {
      let lost = lostBefore + (open?.lost() ?? 0)
      for (const one of closing) lost += one.lost()
      return lost
    },
    stop: close,
  }
}
