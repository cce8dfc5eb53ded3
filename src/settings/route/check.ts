/** What the schema cannot check about a route. */
import { problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import { checkAnonymous, checkJudges, checkOneAnswer } from './check-judges.ts'
import type { RouteConfig } from './definition.ts'

export function checkRoute(located: Located<RouteConfig>): readonly LocatedProblem[] {
  const notOne = checkOneAnswer(located)
  if (notOne !== undefined) return [notOne]
  return [
    ...checkJudges(located),
    ...checkAnonymous(located),
    ...checkCloseExpired(located),
    ...checkPreflight(located),
    ...checkEverything(located),
  ]
}

function checkEverything({ pointer, value: route }: Located<RouteConfig>): readonly LocatedProblem[] {
  const { host, path, method } = route.match
  const isEverything = host === undefined && (path === undefined || path.includes('/**'))
  // Preflights carry no token by design, and answer nothing of worth.
  const isPreflight = method?.every((name) => name === 'OPTIONS') ?? false
  if (!isEverything || isPreflight) return []
  if (route.access === 'public') {
    const message = 'every path of every host is public'
    const hint = 'name the paths that are public; the first match wins, so the routes below never match'
    return [problemAt(`${pointer}/access`, 'WARN_CONFIG_PUBLIC_EVERYTHING', message, hint)]
  }
  if (route.allow_anonymous !== true) return []
  const message = 'every path of every host allows requests without a token'
  const hint =
    'name the paths that visitors may see; the rules of the policy apply only to requests with a token'
  return [problemAt(`${pointer}/allow_anonymous`, 'WARN_CONFIG_ANONYMOUS_EVERYTHING', message, hint)]
}

/** Preflights pass a public route anyway; what is denied to everyone needs none. */
function checkPreflight({ pointer, value: route }: Located<RouteConfig>): readonly LocatedProblem[] {
  if (route.preflight !== 'allow' || route.access === undefined) return []
  const message = `\`preflight: allow\` has no effect with \`access: ${route.access}\``
  const hint = 'remove it; it is for routes that ask for a token, which browsers do not send with preflights'
  return [problemAtKey(`${pointer}/preflight`, 'ERR_CONFIG_USELESS_KEY', message, hint)]
}

/** A password does not expire, and the answer of an auth service has no known end. */
function checkCloseExpired({ pointer, value: route }: Located<RouteConfig>): readonly LocatedProblem[] {
  if (route.close_expired !== true) return []
  const isOfPolicies = (route.all_of ?? [route]).every(({ policy }) => policy !== undefined)
  if (isOfPolicies && route.upstream !== undefined) return []
  const message =
    '`close_expired` has no effect here; it needs a route with an upstream that policies alone judge'
  const hint = 'remove it, or judge the route by `policy`'
  return [problemAtKey(`${pointer}/close_expired`, 'ERR_CONFIG_USELESS_KEY', message, hint)]
}
