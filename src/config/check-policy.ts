/** What the schema cannot say about one token source, policy, route or endpoint. */
import type { Problem } from '../settings/problem.ts'
import { checkAnonymous, checkJudges, checkOneAnswer } from './check-judges.ts'
import { toPointer } from './json-pointer.ts'
import type { ConfigParts } from './read-config.ts'
import type { Located } from '../settings/problem.ts'
import type { EndpointConfig, RouteConfig, TokenSourceConfig } from './schema-policy.ts'
import type { LocatedProblem } from '../settings/problem.ts'

export function checkTokenSource({
  pointer,
  value: source,
}: Located<TokenSourceConfig>): readonly LocatedProblem[] {
  const all = ['header', 'cookie', 'query', 'websocket_protocol'] as const
  const places = all.filter((place) => source[place] !== undefined)
  if (places.length !== 1) {
    const message =
      places.length === 0
        ? 'a token source without a place'
        : `\`${places.join('` and `')}\` exclude each other`
    return [
      {
        pointer,
        problem: {
          code: 'ERR_CONFIG_EXACTLY_ONE',
          message,
          hints: ['write one of header, cookie, query or websocket_protocol'],
        },
      },
    ]
  }
  if (source.encoding !== undefined && source.websocket_protocol === undefined) {
    const message = '`encoding` has an effect on `websocket_protocol` only'
    const problem: Problem = { code: 'ERR_CONFIG_USELESS_KEY', message }
    return [{ pointer: `${pointer}/encoding`, problem, atKey: true }]
  }
  const options = (['scheme', 'trim_prefix'] as const).filter((option) => source[option] !== undefined)
  if (options.length > 0 && source.header === undefined) {
    const problem: Problem = {
      code: 'ERR_CONFIG_USELESS_KEY',
      message: `\`${options[0]}\` has an effect on headers only`,
    }
    return [{ pointer: `${pointer}/${options[0]}`, problem, atKey: true }]
  }
  if (options.length === 2) {
    const problem: Problem = {
      code: 'ERR_CONFIG_EXACTLY_ONE',
      message: '`scheme` and `trim_prefix` exclude each other',
    }
    return [{ pointer: `${pointer}/trim_prefix`, problem, atKey: true }]
  }
  // A header is taken whole, and browsers send a list there, with the token as one entry.
  if (source.header?.toLowerCase() === 'sec-websocket-protocol') {
    const problem: Problem = {
      code: 'WARN_CONFIG_WEBSOCKET_HEADER',
      message: 'a browser sends a list of subprotocols, in which this source finds no token',
    }
    return [{ pointer: `${pointer}/header`, problem }]
  }
  if (source.query === undefined) return []
  const message = 'tokens in URLs end up in logs, histories and Referer headers (RFC 6750 §2.3)'
  return [{ pointer: `${pointer}/query`, problem: { code: 'WARN_CONFIG_QUERY_TOKEN', message } }]
}

export function checkPolicy({
  pointer,
  value: policy,
}: ConfigParts['policies'][number]): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  policy.token_sources?.forEach((value, i) => {
    found.push(...checkTokenSource({ pointer: `${pointer}/token_sources/${i}`, value }))
  })
  for (const [path, rule] of Object.entries(policy.claims ?? {})) {
    const at = `${pointer}/claims${toPointer([path])}`
    const set = Object.entries(rule).filter(([, value]) => value !== undefined)
    if (set.length === 0) found.push({ pointer: at, problem: EMPTY_RULE })
    if (rule.exists === false && set.length > 1)
      found.push({ pointer: `${at}/exists`, problem: CONTRADICTION })
  }
  const headers = new Map<string, string>()
  for (const name of Object.keys(policy.identity ?? {})) {
    const first = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), first ?? name)
    if (first === undefined) continue
    const message = `the header "${name}" is the same as "${first}"`
    const at = `${pointer}/identity${toPointer([name])}`
    found.push({ pointer: at, problem: { code: 'ERR_CONFIG_HEADER', message }, atKey: true })
  }
  return found
}

const EMPTY_RULE: Problem = {
  code: 'ERR_CONFIG_CLAIM_RULE',
  message: 'a claim rule that checks nothing',
  hints: ['write a value, or an operator such as equals, in, contains or exists'],
}
const CONTRADICTION: Problem = {
  code: 'ERR_CONFIG_CLAIM_RULE',
  message: 'a claim that must be absent cannot be anything else as well',
}

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
  hints: ['name the paths that are public; the first match wins, so routes below are never asked'],
}
const ANONYMOUS_EVERYTHING: Problem = {
  code: 'WARN_CONFIG_ANONYMOUS_EVERYTHING',
  message: 'every path of every host takes requests without a token',
  hints: ['name the paths that visitors may see; the rules of the policy bind only requests with a token'],
}

/** A password does not expire, and the answer of an auth service has no known end. */
function checkCloseExpired({ pointer, value: route }: Located<RouteConfig>): readonly LocatedProblem[] {
  if (route.close_expired !== true) return []
  const isOfPolicies = (route.all_of ?? [route]).every(({ policy }) => policy !== undefined)
  if (isOfPolicies && route.upstream !== undefined) return []
  const problem: Problem = {
    code: 'ERR_CONFIG_USELESS_KEY',
    message: '`close_expired` has an effect only where policies alone judge a route with an upstream',
    hints: ['remove it, or judge the route by `policy`'],
  }
  return [{ pointer: `${pointer}/close_expired`, problem, atKey: true }]
}

/** Paths of Warder's own decision endpoints. */
const RESERVED_PATH = /^\/v1\/auth(\/|$)/

export function checkEndpoints(endpoints: readonly Located<EndpointConfig>[]): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  const seen = new Set<string>()
  for (const { pointer, value: endpoint } of endpoints) {
    if (RESERVED_PATH.test(endpoint.path)) {
      found.push({
        pointer: `${pointer}/path`,
        problem: { code: 'ERR_CONFIG_PATH', message: "paths below /v1/auth are Warder's own" },
      })
    }
    if (seen.has(endpoint.path)) {
      const message = `the endpoint "${endpoint.path}" exists already`
      found.push({ pointer: `${pointer}/path`, problem: { code: 'ERR_CONFIG_DUPLICATE_NAME', message } })
    }
    seen.add(endpoint.path)
  }
  return found
}
