/** Whether passwords may be tried without a limit. */
import type { ConfigParts } from '../read/read-config.ts'
import { judgesIn } from '../route/judges.ts'
import type { LocatedProblem } from '../problem.ts'
import type { RateLimitConfig } from '../rate-limit/definition.ts'

/** Only a limit by address counts guesses: they have no identity, and the rest is the client's own choice. */
export function checkPasswordLimits({
  listen,
  routes,
  upstreams,
  whole,
}: ConfigParts): readonly LocatedProblem[] {
  const listeners = listen?.gateway ?? []
  if (whole === undefined || listeners.length === 0) return []
  // A listener that only redirects asks for no password.
  const asking = listeners.filter(({ redirect }) => redirect === undefined)
  if (asking.every(({ rate_limit: limits }) => limitsAddress(limits))) return []
  const limited = new Set(
    upstreams.filter(({ value }) => limitsAddress(value.rate_limit)).map(({ name }) => name),
  )
  return routes.flatMap((route): readonly LocatedProblem[] => {
    const { rate_limit: limits, upstream } = route.value
    if (limitsAddress(limits) || (upstream !== undefined && limited.has(upstream))) return []
    return judgesIn(route)
      .filter(({ value }) => value.basic_auth !== undefined)
      .map(({ pointer }) => ({
        pointer: `${pointer}/basic_auth`,
        atKey: true,
        problem: { code: 'WARN_CONFIG_PASSWORDS_UNLIMITED', message: MESSAGE },
      }))
  })
}

const MESSAGE = 'one address can try as many passwords as Warder can verify'

const limitsAddress = (limits: readonly RateLimitConfig[] | undefined): boolean =>
  limits?.some(({ by }) => by === undefined || by === 'address') === true
