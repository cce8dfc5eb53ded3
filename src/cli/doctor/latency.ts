/** How long answers take, on a connection that is kept. */
import type { Asker } from './asking/answer.ts'
import { acceptsToken, askFor, passing, type ProbedSite } from './site/site.ts'

export interface Latency {
  readonly count: number
  /** In milliseconds. */
  readonly medianMs: number
  readonly p99Ms: number
}

export interface Latencies {
  readonly denials?: Latency
  readonly allows?: Latency
}

const COUNT = 50

export async function measureLatency(asker: Asker, site: ProbedSite): Promise<Latencies> {
  const plain = askFor(site, 'latency')
  const measure = async (request: typeof plain): Promise<Latency | undefined> => {
    const answers = await asker.askInTurn(Array.from({ length: COUNT }, () => request))
    return latencyOf(answers.filter(({ fault }) => fault === undefined).map(({ ms }) => ms))
  }
  const denials = site.bare.arrival.kind === 'denied' ? await measure(plain) : undefined
  const allows = acceptsToken(site) ? await measure(passing(site, plain)) : undefined
  return { ...(denials && { denials }), ...(allows && { allows }) }
}

/** @param times In milliseconds. @returns Undefined without any. */
export function latencyOf(times: readonly number[]): Latency | undefined {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return sorted.length === 0 ? undefined : { count: sorted.length, medianMs: at(0.5), p99Ms: at(0.99) }
}
