/** Goma's rate limits → those of native routes and upstreams. */
import { quoted } from '../../printable.ts'
import type { Report } from '../read-foreign.ts'
import type { GomaLimit } from './middlewares/judges.ts'
import { unsupported } from './noted-keys.ts'
import type { Middleware } from './middlewares/middlewares.ts'
import type { Slice } from './paths.ts'

/** The limits of one route. */
export interface RouteLimits {
  /** Of all its requests together: those of its upstream, which it has alone. */
  readonly ofWhole: readonly GomaLimit[]
  /** Middlewares that count some of its paths. */
  readonly ofParts: readonly Middleware[]
}

/** As in Goma, the limit of a route takes the place of those of middlewares. */
export function sortLimits(rateLimit: number, middlewares: readonly Middleware[]): RouteLimits {
  if (rateLimit > 0) return { ofWhole: [{ requests: rateLimit, per: '1m' }], ofParts: [] }
  const isWhole = ({ paths }: Middleware): boolean => paths.some(({ base }) => base === '')
  const limits = middlewares.filter(({ judge }) => judge.kind === 'rate_limit')
  return {
    ofWhole: limits.filter(isWhole).flatMap(limitOf),
    ofParts: limits.filter((one) => !isWhole(one)),
  }
}

export const limitOf = ({ judge }: Middleware): readonly GomaLimit[] =>
  judge.kind === 'rate_limit' ? [judge.value] : []

/** Of several for the same time and the same clients the smallest decides. */
export function smallestLimits(limits: readonly GomaLimit[]): readonly GomaLimit[] {
  const smallest = new Map<string, GomaLimit>()
  for (const limit of limits.toSorted((a, b) => b.requests - a.requests))
    smallest.set(JSON.stringify([limit.per, limit.by]).toLowerCase(), limit)
  return [...smallest.values()]
}

/** A limit counts the requests of a native route; over several it would let each of them have as many. */
export function reportTornLimits(
  slices: readonly Slice[],
  own: readonly Middleware[],
  pointer: string,
  report: Report,
): void {
  own.forEach(({ name, judge }, i) => {
    if (judge.kind !== 'rate_limit' || slices.filter(({ middlewares }) => middlewares.includes(i)).length < 2)
      return
    const message = `${quoted(name)} counts paths of which only some are guarded by other middlewares`
    const hint = 'let all of them protect the same paths, or write `paths: [/*]`'
    report(pointer, unsupported(message, hint))
  })
}
