/** What the gateway, its routes and its upstreams mean together. */
import { quoted } from '../../printable.ts'
import { suggestion } from '../../suggest.ts'
import { checkCors } from '../cors/check.ts'
import { checkGatewayListeners } from '../listener/check.ts'
import type { LocatedProblem } from '../problem.ts'
import type { ConfigParts } from '../read/read-config.ts'

export function checkGateway(parts: ConfigParts): readonly LocatedProblem[] {
  return [
    ...checkUpstreamNames(parts),
    ...checkDestinations(parts),
    ...checkRewrites(parts),
    ...checkCors(parts),
    ...checkGatewayListeners(parts),
  ]
}

function checkUpstreamNames({
  routes,
  upstreamNames,
  upstreams,
  whole,
}: ConfigParts): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  for (const { pointer, value } of routes) {
    if (value.upstream === undefined) continue
    const at = `${pointer}/upstream`
    if (value.access === 'deny') {
      const message = 'a route with `access: deny` forwards nothing'
      found.push({ pointer: at, atKey: true, problem: { code: 'ERR_CONFIG_USELESS_KEY', message } })
    } else if (!upstreamNames.has(value.upstream)) {
      const hint =
        upstreamNames.size === 0
          ? 'no upstream has a name'
          : `known: ${[...upstreamNames].slice(0, 20).join(', ')}`
      const message = `there is no upstream ${quoted(value.upstream)}`
      const label = suggestion(value.upstream, upstreamNames)
      found.push({
        pointer: at,
        problem: { code: 'ERR_CONFIG_UNKNOWN_UPSTREAM', message, ...label, hints: [hint] },
      })
    }
  }
  if (whole === undefined) return found
  const used = new Set(routes.map(({ value }) => value.upstream))
  for (const { pointer, name } of upstreams.filter(({ name }) => !used.has(name))) {
    const message = `no route names the upstream ${quoted(name)}`
    found.push({ pointer, atKey: true, problem: { code: 'WARN_CONFIG_UNUSED_UPSTREAM', message } })
  }
  return found
}

/** With a gateway, every request that is let through needs somewhere to go. */
function checkDestinations({ listen, routes, whole }: ConfigParts): readonly LocatedProblem[] {
  if (listen?.gateway === undefined) return whole === undefined ? [] : checkWithoutGateway(routes)
  const hints = ['add `upstream: NAME` to every route without `access: deny`']
  if (whole !== undefined && routes.length === 0) {
    const message = 'a gateway without routes has no upstream for a request'
    return [{ pointer: '/listen/gateway', problem: { code: 'ERR_CONFIG_ROUTE_UPSTREAM', message, hints } }]
  }
  return routes
    .filter(({ value }) => value.upstream === undefined && value.access !== 'deny')
    .map(({ pointer }) => {
      const message = 'the gateway has no upstream for the requests of this route'
      return { pointer, problem: { code: 'ERR_CONFIG_ROUTE_UPSTREAM', message, hints } }
    })
}

function checkRewrites({ routes }: ConfigParts): readonly LocatedProblem[] {
  return routes.flatMap(({ pointer, value }): readonly LocatedProblem[] => {
    const { upstream, strip_prefix: strip = '/', match } = value
    const key = value.strip_prefix === undefined ? 'add_prefix' : 'strip_prefix'
    if (value[key] === undefined) return []
    const at = `${pointer}/${key}`
    if (upstream === undefined) {
      const message = `\`${key}\` has no effect without \`upstream\``
      return [{ pointer: at, atKey: true, problem: { code: 'ERR_CONFIG_USELESS_KEY', message } }]
    }
    const prefix = strip.replace(/\/$/, '')
    const isBelow = (path: string): boolean => path === prefix || path.startsWith(`${prefix}/`)
    if (prefix === '' || (match.path ?? ['/**']).every(isBelow)) return []
    const message = `${quoted(strip)} is not the beginning of every path of this route`
    const hints = [`match ${prefix}/** only`]
    return [{ pointer: at, problem: { code: 'ERR_CONFIG_PATH', message, hints } }]
  })
}

/** Judges that the core cannot ask. */
const GATEWAY_JUDGES = ['forward_auth', 'basic_auth', 'all_of'] as const

const checkWithoutGateway = (routes: ConfigParts['routes']): readonly LocatedProblem[] =>
  routes.flatMap(({ pointer, value }) =>
    GATEWAY_JUDGES.filter((key) => value[key] !== undefined).map((key): LocatedProblem => {
      const message = `\`${key}\` without \`listen.gateway\`: only the gateway asks these judges`
      const hints = ['add `listen: { gateway: ":8080" }`, or write `policy: NAME` where a proxy asks Warder']
      return {
        pointer: `${pointer}/${key}`,
        atKey: true,
        problem: { code: 'ERR_CONFIG_USELESS_KEY', message, hints },
      }
    }),
  )
