/** What the schema cannot check about a route. */
import type { Located, LocatedProblem, Problem } from '../problem.ts'
import { checkAnonymous, checkJudges, checkOneAnswer } from './check-judges.ts'
import type { RouteConfig } from './definition.ts'

export function checkRoute(located: Located<RouteConfig>): readonly LocatedProblem[] {
  const { pointer, value: route } = located
  const notOne = checkOneAnswer(located)
  if (notOne !== undefined) return [notOne]
  const found = [...checkJudges(located), ...checkAnonymous(located), ...checkCloseExpired(located)]
  const { host, path, method } = route.match
  const isEverything = host === undefined && (path === undefined || path.includes('/**'))
  // Preflights carry no token by design, and answer nothing of worth.
  const isPreflight = method?.every((name) => name === 'OPTIONS') ?? false
  if (!isEverything || isPreflight) return found
  if (route.access === 'public')
    return [...found, { pointer: `${pointer}/access`, problem: PUBLIC_EVERYTHING }]
  if (route.allow_anonymous !== true) return found
  return [...found, { pointer: `${pointer}/allow_anonymous`, problem: ANONYMOUS_EVERYTHING }]
}

const PUBLIC_EVERYTHING: Problem = {
  code: 'WARN_CONFIG_PUBLIC_EVERYTHING',
  message: 'every path of every host is public',
  hints: ['name the paths that are public; the first match wins, so the routes below never match'],
}
const ANONYMOUS_EVERYTHING: Problem = {
  code: 'WARN_CONFIG_ANONYMOUS_EVERYTHING',
  message: 'every path of every host allows requests without a token',
  hints: [
    'name the paths that visitors may see; the rules of the policy apply only to requests with a token',
  ],
}

/** A password does not expire, and the answer of an auth service has no known end. */
function checkCloseExpired({ pointer, value: route }: Located<RouteConfig>): readonly LocatedProblem[] {
  if (route.close_expired !== true) return []
  const isOfPolicies = (route.all_of ?? [route]).every(({ policy }) => policy !== undefined)
  if (isOfPolicies && route.upstream !== undefined) return []
  const problem: Problem = {
    code: 'ERR_CONFIG_USELESS_KEY',
    message:
      '`close_expired` has no effect here; it needs a route with an upstream that policies alone judge',
    hints: ['remove it, or judge the route by `policy`'],
  }
  return [{ pointer: `${pointer}/close_expired`, problem, atKey: true }]
}
