/** Other spellings of the path. */
import { canonicalizePath } from '../../../request/canonical-path.ts'
import { readKeptPath } from '../../../request/kept-path.ts'
import type { AskedRequest } from '../asking/asked-request.ts'
import { outcomesOf, type ProbeExchange } from '../judging/arrival.ts'
import {
  fail,
  OPEN_PATH,
  pass,
  unknown,
  warning,
  WITH_CONFIG,
  worstOf,
  type Finding,
} from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { whetherSeen } from '../judging/must-not-arrive.ts'
import { acceptsToken, askFor, isOpen, passing, type ProbedSite } from '../site/site.ts'
import type { Fix } from './fix.ts'
import type { Probe } from './probe.ts'

/** A path in another spelling. */
type Respell = (path: string) => string

const FORWARD_RAW: Fix = {
  general:
    'send Warder the path that the application gets, byte for byte, or normalise it before Warder is asked',
  nginx:
    'proxy_set_header X-Original-URL $scheme://$host$request_uri;   and not $uri; and no path after the address in proxy_pass',
  caddy: 'no `rewrite` or `uri` between forward_auth and reverse_proxy',
  traefik: 'no middleware that changes the path behind the one that asks Warder',
  haproxy: 'http-request set-header X-Forwarded-Uri %[pathq]   and no `normalize-uri` behind it',
  envoy: 'normalize_path: false, merge_slashes: false, path_with_escaped_slashes_action: KEEP_UNCHANGED',
}

const lastSegment = (path: string): number => path.lastIndexOf('/')
const letterAfterSlash = (path: string): string =>
  path.replace(/\/([A-Za-z])/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`)

const GROUPS: readonly {
  readonly name: string
  readonly title: string
  readonly spellings: readonly Respell[]
}[] = [
  {
    name: 'path-slashes',
    title: 'path with //',
    spellings: [(path) => `/${path}`, (path) => path.replace(/\/(?=[^/]*$)/, '//')],
  },
  {
    name: 'path-dots',
    title: 'path with . and ..',
    spellings: [
      (path) => `/.${path}`,
      (path) => `/warder-doctor/..${path}`,
      (path) => `/%2e${path}`,
      (path) => `/warder-doctor/%2e%2e${path}`,
    ],
  },
  {
    name: 'path-encoded-slash',
    title: 'path with %2f',
    spellings: [
      (path) => `${path.slice(0, lastSegment(path))}%2f${path.slice(lastSegment(path) + 1)}`,
      (path) => `/warder-doctor%2f..${path}`,
      (path) => `${path}%2f`,
    ],
  },
  {
    name: 'path-encoded-letter',
    title: 'path with an encoded letter',
    spellings: [letterAfterSlash, (path) => letterAfterSlash(path).replace('%', '%25')],
  },
  {
    name: 'path-semicolon',
    title: 'path with ;',
    spellings: [
      (path) => `${path};warder=doctor`,
      (path) => path.replace(/^(\/[^/]*)/, '$1;warder=doctor'),
      (path) => `/;${path}`,
      (path) => `${path}%3bwarder=doctor`,
    ],
  },
  {
    name: 'path-backslash',
    title: 'path with \\',
    spellings: [
      (path) => `${path.slice(0, lastSegment(path))}\\${path.slice(lastSegment(path) + 1)}`,
      (path) => `${path.slice(0, lastSegment(path))}%5c${path.slice(lastSegment(path) + 1)}`,
    ],
  },
  {
    name: 'path-control',
    title: 'path with line ends and NUL',
    spellings: [
      (path) => `${path}%0d%0aX-Warder-Doctor:%20y`,
      (path) => `${path}%0aX-Warder-Doctor:%20y`,
      (path) => `${path}%00`,
    ],
  },
  {
    name: 'path-fragment',
    title: 'path with # and ?',
    spellings: [(path) => `${path}%23`, (path) => `${path}%3f`, (path) => `${path}#/warder-doctor`],
  },
]

const respelled = ({ target: { path } }: ProbedSite, spellings: readonly Respell[]): readonly string[] =>
  spellings.map((respell) => respell(path)).filter((other) => other !== path)

/** Without a token, then with it. */
function requestsFor(site: ProbedSite, spellings: readonly Respell[]): readonly AskedRequest[] {
  const targets = respelled(site, spellings)
  const bare = targets.map((target) => askFor(site, `${target} without a token`, { target }))
  if (!acceptsToken(site)) return bare
  return [...bare, ...targets.map((target) => passing(site, askFor(site, target, { target })))]
}

const isBare = ({ request }: ProbeExchange): boolean => request.label.endsWith(' without a token')

function judgePath(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (exchanges.length === 0) return pass('the path has no such spelling')
  if (isOpen(site)) return OPEN_PATH
  const bare = exchanges.filter((exchange) => isBare(exchange) && !isOpenRoute(exchange, site))
  if (bare.length === 0) return pass('the routes leave it open')
  const others = exchanges.filter((exchange) => !isBare(exchange))
  const arrived = others.map((exchange) => judgeArrived(exchange, site))
  return worstOf(mustBeDenied(bare, site), ...arrived, whetherSeen(others, site))
}

const CONTROL = /%0[ad]|%00/i

/** With the token: what the application gets is what Warder judged, so it never has two readings. */
function judgeArrived({ request, answer, arrival }: ProbeExchange, site: ProbedSite): Finding | undefined {
  if (arrival.kind !== 'arrived') return undefined
  const asked = pathOf(request.target)
  const arrived = arrival.echoed === undefined ? undefined : pathOf(arrival.echoed.target)
  const saw = `${request.label}: ${answer.status}`
  if (arrived === undefined)
    return CONTROL.test(asked) ? fail(`${saw}, though Warder denies it on every route`) : undefined
  if (canonicalizePath(arrived).ok) return undefined
  const got = `${saw}, and the application got ${arrived}`
  if (!canBeKept(arrived)) return fail(`${got}, which Warder denies on every route`)
  if (site.config === undefined)
    return unknown(`${got}; right for a route with \`encoded: keep\``, WITH_CONFIG)
  const { host, query } = site.target
  const access = site.config.accessOf({ method: 'GET', host, path: arrived, query })
  return access === 'denied' ? fail(`${got}, which Warder denies`) : undefined
}

/** Whether a route with `encoded: keep` could allow it. */
function canBeKept(path: string): boolean {
  const kept = readKeptPath(path)
  return kept.ok && kept.value.readings().ok
}

const pathOf = (target: string): string => target.split('?', 1)[0] ?? ''

/** Whether the configuration leaves this spelling open, for whatever reason. */
const isOpenRoute = ({ request }: ProbeExchange, { config, target: { host } }: ProbedSite): boolean =>
  config?.accessOf({ method: request.method, host, path: pathOf(request.target), query: '' }) === 'open'

const MEANS = 'Warder judges one path, and the application serves another.'

/** Every percent-encoding that a proxy may decode, and a query. */
const EXACT_SUFFIX = '?warder=doctor&a=%2F%20b'

export const PATH_PROBES: readonly Probe[] = [
  ...GROUPS.map(({ name, title, spellings }): Probe => ({
    name,
    title,
    alsoHttp2: true,
    requests: (site) => requestsFor(site, spellings),
    judge: judgePath,
    means: MEANS,
    fix: FORWARD_RAW,
  })),
  {
    name: 'path-letter-case',
    title: 'path in another letter case',
    requests: (site) =>
      [
        site.target.path.toUpperCase(),
        site.target.path.replace(/[a-z](?=[^a-z]*$)/i, (letter) => swap(letter)),
      ]
        .filter((target) => target !== site.target.path)
        .map((target) => askFor(site, `${target} without a token`, { target })),
    judge: judgePath,
    means: 'Another location or route serves the path in this letter case, and nothing guards it.',
    fix: {
      general: 'guard every path of the site, and let Warder’s routes say which ones are public',
      nginx: 'auth_request /_warder;   in `location /` too, not only in the locations of guarded paths',
    },
  },
  {
    name: 'target-delivered',
    title: 'method, path and query',
    needs: 'passing',
    requests: (site) => {
      const target = `${site.target.path}${EXACT_SUFFIX}`
      return [passing(site, askFor(site, target, { target }))]
    },
    judge(exchanges, site) {
      const [exchange] = exchanges
      const echoed = exchange?.arrival.kind === 'arrived' ? exchange.arrival.echoed : undefined
      const expected = `${site.target.path}${EXACT_SUFFIX}`
      if (echoed === undefined) return whetherSeen(exchanges, site) ?? warning(outcomesOf(exchanges))
      // A token may follow in a parameter.
      if (echoed.method === 'GET' && echoed.target.startsWith(expected))
        return pass('they arrive as they were sent')
      return warning(
        `GET ${expected} arrived as ${echoed.method} ${pathOf(echoed.target)}, or with another query`,
      )
    },
    means: 'The application gets another request than the client sent.',
    fix: {
      general: 'no rewrite between the decision and the application',
      nginx: 'no path after the address in proxy_pass, and no `rewrite`',
    },
  },
]

const swap = (letter: string): string =>
  letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
