/** Rate limits: from the configuration to settings, and back. */
import type { RateKey, RateLimitSettings } from '../settings/rate-limit/definition.ts'
import { compact, escape, type ConfigValueOptions, type Value } from './config-value.ts'
import { formatDuration } from '../settings/values/duration.ts'
import type { RateLimitConfig } from './schema-rate-limit.ts'

export const toRateLimits = (
  limits: readonly RateLimitConfig[] | undefined,
): { readonly rateLimit?: readonly RateLimitSettings[] } =>
  limits === undefined
    ? {}
    : { rateLimit: limits.map(({ requests, per, by }) => ({ requests, perMs: per, by: toKey(by) })) }

/** The cross-checks saw that exactly one is set. */
function toKey(by: RateLimitConfig['by']): RateKey {
  if (by === undefined || by === 'address') return { kind: 'address' }
  if (by.identity !== undefined) return { kind: 'identity', name: by.identity }
  if (by.header !== undefined) return { kind: 'header', name: by.header }
  return by.cookie === undefined ? { kind: 'address' } : { kind: 'cookie', name: by.cookie }
}

/** One limit stands alone; undefined where there is none. */
export function fromRateLimits(
  limits: readonly RateLimitSettings[] = [],
  { defaults }: ConfigValueOptions,
): Value | readonly Value[] | undefined {
  const values = limits.map(({ requests, perMs, by }) =>
    compact({
      requests,
      per: formatDuration(perMs),
      by: by.kind === 'address' ? shownAddress[defaults] : { [by.kind]: escape(by.name) },
    }),
  )
  return values.length < 2 ? values[0] : values
}

const shownAddress = { shown: 'address', omitted: undefined } as const
