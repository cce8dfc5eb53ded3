/** Counts the exchanges of the gateway. */
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { GatewayReport } from '../../gateway/gateway-report.ts'
import { METRICS } from './definitions.ts'
import { observeDuration } from './observe-duration.ts'
import type { MetricsRegistry, WriteValue } from './registry.ts'
import type { HistogramSeries, Series } from './series.ts'

/** In milliseconds. */
const BOUNDS_MS = METRICS.warder_gateway_upstream_duration_seconds.buckets.map((seconds) => seconds * 1_000)

/** By the first digit of the status; 0: the client was gone. */
const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** @returns A reader of exchanges that have ended. */
export function createGatewayMetrics(registry: MetricsRegistry): (event: ExchangeEvent) => void {
  const requests = registry.counter('warder_gateway_requests_total')
  const requestBytes = registry.counter('warder_gateway_request_bytes_total')
  const responseBytes = registry.counter('warder_gateway_response_bytes_total')
  const routes = new Remembered<RouteSeries>(
    () => requests.version + requestBytes.version + responseBytes.version,
  )
  const faults = registry.counter('warder_gateway_faults_total')
  const durations = registry.histogram('warder_gateway_upstream_duration_seconds')
  const retried = registry.counter('warder_gateway_retries_total')
  const addRoute = (route: string): RouteSeries => ({
    byClass: [],
    requestBytes: requestBytes.of([route]),
    responseBytes: responseBytes.of([route]),
  })
  const upstreams = new Remembered<HistogramSeries>(() => durations.version)
  return (event) => {
    const { status, fault, upstream, retries, upstreamMs } = event
    const route = event.route ?? ''
    const of = routes.of(route, addRoute)
    const group = Math.min(Math.trunc(status / 100), STATUS_CLASSES.length - 1)
    const counted = (of.byClass[group] ??= requests.of([route, STATUS_CLASSES[group] ?? 'none']))
    counted.value += 1
    of.requestBytes.value += event.requestBytes
    of.responseBytes.value += event.responseBytes
    if (fault !== undefined) faults.of([fault, route]).value += 1
    if (upstream === undefined) return
    if (retries > 0) retried.of([upstream]).value += retries
    if (upstreamMs !== undefined)
      observeDuration(
        upstreams.of(upstream, (name) => durations.of([name])),
        BOUNDS_MS,
        upstreamMs,
        event.id,
      )
  }
}

interface RouteSeries {
  /** In the order of {@link STATUS_CLASSES}; found when one occurs. */
  readonly byClass: (Series | undefined)[]
  readonly requestBytes: Series
  readonly responseBytes: Series
}

/** Series that were found, by a name of the configuration, until some are dropped. */
class Remembered<Found> {
  readonly #versionNow: () => number
  #version = 0
  #found = new Map<string, Found>()

  /** @param version Grows when series are dropped. */
  constructor(version: () => number) {
    this.#versionNow = version
  }

  of(name: string, find: (name: string) => Found): Found {
    const version = this.#versionNow()
    if (version !== this.#version) {
      this.#version = version
      this.#found = new Map()
    }
    let found = this.#found.get(name)
    if (found === undefined) this.#found.set(name, (found = find(name)))
    return found
  }
}

/** What the gateway knows of its servers and auth services, at a scrape. */
export function readGatewayReport(write: WriteValue, { servers, authServices }: GatewayReport): void {
  const ofUpstreams = servers.filter(({ upstream }) => upstream !== null)
  for (const [server, addresses] of Map.groupBy(ofUpstreams, (one) => `${one.upstream}\n${one.server}`)) {
    const labels = server.split('\n')
    const asked = addresses.filter(({ isUp, ejectedForMs }) => isUp !== false && ejectedForMs === 0)
    write('warder_gateway_server_healthy', labels, asked.length > 0 ? 1 : 0)
    // Each address has the number of the whole name.
    write('warder_gateway_ejections_total', labels, addresses[0]?.ejections ?? 0)
    write(
      'warder_gateway_active_requests',
      labels,
      addresses.reduce((sum, { active }) => sum + active, 0),
    )
  }
  for (const [service, states] of Map.groupBy(authServices, (one) => one.service))
    for (const result of ['allowed', 'denied', 'failed', 'remembered'] as const)
      write(
        'warder_auth_service_requests_total',
        [service, result],
        states.reduce((sum, { questions }) => sum + questions[result], 0),
      )
}
