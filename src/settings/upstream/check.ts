/** What the gateway, its routes and its upstreams mean together. */
import { quoted } from '../../printable.ts'
import { checkCors } from '../cors/check.ts'
import { checkGatewayListeners } from '../listener/check.ts'
import { problemAt, problemAtKey, unknownReference, type LocatedProblem } from '../problem.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { ROUTE } from '../route/definition.ts'
import { uselessWords } from '../useless-words.ts'

export function checkGateway(parts: ConfigParts): readonly LocatedProblem[] {
  return [
    ...checkUpstreamNames(parts),
    ...checkDestinations(parts),
    ...parts.upstreams.flatMap(checkProtocol),
    ...parts.routes.flatMap(({ pointer, value }) => uselessWords(ROUTE, pointer, value)),
    ...checkRewrites(parts),
    ...checkCors(parts),
    ...checkGatewayListeners(parts),
  ]
}

function checkUpstreamNames(parts: ConfigParts): readonly LocatedProblem[] {
  const { routes, upstreamNames, upstreams, whole } = parts
  const found: LocatedProblem[] = []
  for (const { pointer, value } of routes) {
    if (value.upstream === undefined) continue
    const at = `${pointer}/upstream`
    if (value.access === 'deny') {
      const message = 'a route with `access: deny` forwards nothing'
      found.push(problemAtKey(at, 'ERR_CONFIG_USELESS_KEY', message))
    } else if (!upstreamNames.has(value.upstream)) {
      found.push(unknownReference(at, 'upstream', value.upstream, upstreamNames))
    }
  }
  if (whole === undefined) return found
  const used = new Set(routes.map(({ value }) => value.upstream))
  for (const { pointer, name } of upstreams.filter(({ name }) => !used.has(name))) {
    const message = `no route names the upstream ${quoted(name)}`
    found.push(problemAtKey(pointer, 'WARN_CONFIG_UNUSED_UPSTREAM', message))
  }
  return found
}

/** With a gateway, every request that is let through needs somewhere to go. */
function checkDestinations({ listen, routes, whole }: ConfigParts): readonly LocatedProblem[] {
  if (listen?.gateway === undefined) return whole === undefined ? [] : checkWithoutGateway(routes)
  const hint = 'add `upstream: NAME` to every route without `access: deny`'
  if (whole !== undefined && routes.length === 0) {
    const message = 'a gateway without routes has no upstream for a request'
    return [problemAt('/listen/gateway', 'ERR_CONFIG_ROUTE_UPSTREAM', message, hint)]
  }
  const message = 'the gateway has no upstream for the requests of this route'
  return routes
    .filter(({ value }) => value.upstream === undefined && value.access !== 'deny')
    .map(({ pointer }) => problemAt(pointer, 'ERR_CONFIG_ROUTE_UPSTREAM', message, hint))
}

/** A version that no server of the upstream can speak, or that is not chosen by anybody. */
function checkProtocol({ pointer, value }: ConfigParts['upstreams'][number]): readonly LocatedProblem[] {
  const { protocol, servers } = value
  const at = `${pointer}/protocol`
  const h2c = servers.find(({ url }) => url.isH2c === true)?.url.url
  if (protocol === 'http1' && h2c !== undefined) {
    const message = `${quoted(h2c)} speaks HTTP/2, and \`protocol\` says HTTP/1.1`
    return [problemAt(at, 'ERR_CONFIG_VALUE', message, 'remove `protocol`, or write http://')]
  }
  if (protocol === 'auto' && !servers.some(({ url }) => url.isTls)) {
    const message = '`protocol: auto` without an `https://` server: without TLS, no version is agreed on'
    return [problemAtKey(at, 'ERR_CONFIG_USELESS_KEY', message, 'write `http1` or `http2`')]
  }
  return []
}

function checkRewrites({ routes }: ConfigParts): readonly LocatedProblem[] {
  return routes.flatMap(({ pointer, value: { upstream, strip_prefix: strip = '/', match } }) => {
    if (upstream === undefined) return []
    const prefix = strip.replace(/\/$/, '')
    const isBelow = (path: string): boolean => path === prefix || path.startsWith(`${prefix}/`)
    if (prefix === '' || (match.path ?? ['/**']).every(isBelow)) return []
    const message = `${quoted(strip)} is not the beginning of every path of this route`
    return [problemAt(`${pointer}/strip_prefix`, 'ERR_CONFIG_PATH', message, `match ${prefix}/** only`)]
  })
}

/** Judges that the core cannot ask. */
const GATEWAY_JUDGES = ['forward_auth', 'basic_auth', 'all_of'] as const

const checkWithoutGateway = (routes: ConfigParts['routes']): readonly LocatedProblem[] =>
  routes.flatMap(({ pointer, value }) =>
    GATEWAY_JUDGES.filter((key) => value[key] !== undefined).map((key) => {
      const message = `\`${key}\` without \`listen.gateway\`: only the gateway asks these judges`
      const hint = 'add `listen: { gateway: ":8080" }`, or write `policy: NAME` where a proxy asks Warder'
      return problemAtKey(`${pointer}/${key}`, 'ERR_CONFIG_USELESS_KEY', message, hint)
    }),
  )
