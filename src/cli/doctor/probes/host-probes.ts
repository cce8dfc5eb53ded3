/** Requests that name two hosts. */
import type { AskedRequest } from '../asking/asked-request.ts'
import { outcomesOf, type ProbeExchange } from '../judging/arrival.ts'
import { echoedNamed, isEchoed } from '../judging/echoed.ts'
import {
  fail,
  OPEN_PATH,
  pass,
  unknown,
  WITH_CONFIG,
  WITH_ECHO,
  worstOf,
  type Finding,
} from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { whetherSeen } from '../judging/must-not-arrive.ts'
import { acceptsToken, askFor, isOpen, passing, type ProbedSite } from '../site/site.ts'
import type { Fix } from './fix.ts'
import type { Probe } from './probe.ts'

const OTHER = 'warder-doctor.invalid'

const SAME_HOST: Fix = {
  general: 'send Warder and the application the same host: the one by which the proxy chose the site',
  nginx:
    'proxy_set_header X-Original-URL $scheme://$host$request_uri;   and not $http_host; proxy_set_header Host $host;',
  caddy: 'header_up Host {host}   and not a field of the client',
}

/** Each without a token, and with it. */
const bothWays = (site: ProbedSite, request: AskedRequest): readonly AskedRequest[] => {
  const bare = { ...request, label: `${request.label}, without a token` }
  return acceptsToken(site) ? [bare, passing(site, request)] : [bare]
}

function judgeHost(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (isOpen(site)) return OPEN_PATH
  const bare = exchanges.filter(({ request }) => request.label.endsWith('without a token'))
  const others = exchanges.filter((exchange) => !bare.includes(exchange))
  const elsewhere = bare.filter(isElsewhere)
  const worst = worstOf(
    mustBeDenied(
      bare.filter((exchange) => !elsewhere.includes(exchange)),
      site,
    ),
    ...elsewhere.map((exchange) => judgeElsewhere(exchange, site)),
    ...others.map((exchange) => judgeArrivedHost(exchange, site)),
    whetherSeen(
      others.filter((exchange) => !(site.hasEcho && isElsewhere(exchange))),
      site,
    ),
  )
  return worst.result === 'pass' ? pass(outcomesOf(exchanges)) : worst
}

/** A success that is not the echo's: of another site, which the other host may have, or of an unknown application. */
const isElsewhere = ({ answer, arrival }: ProbeExchange): boolean =>
  arrival.kind === 'arrived' && !isEchoed(answer)

function judgeElsewhere(exchange: ProbeExchange, { hasEcho, allowed }: ProbedSite): Finding | undefined {
  if (hasEcho) return undefined
  const { body } = exchange.answer
  const saw = `${exchange.request.label}: ${exchange.answer.status}`
  if (body !== '' && body === allowed?.answer.body) return fail(`${saw}, the answer to the token`)
  return unknown(`${saw}, by another site or by the application`, WITH_ECHO)
}

function judgeArrivedHost({ request, arrival }: ProbeExchange, site: ProbedSite): Finding | undefined {
  if (arrival.kind !== 'arrived' || arrival.echoed === undefined) return undefined
  const hosts = echoedNamed(arrival.echoed, 'host')
  if (hosts.length > 1) return fail(`${request.label}: the application got both`)
  if (hosts[0] !== OTHER) return undefined
  const got = `${request.label}: the application got Host: ${OTHER}`
  if (site.config === undefined) return unknown(`${got}; right for routes without a host`, WITH_CONFIG)
  const { path, query } = site.target
  const access = site.config.accessOf({ method: 'GET', host: OTHER, path, query })
  return access === 'denied' ? fail(`${got}, for which no route allows it`) : undefined
}

export const HOST_PROBES: readonly Probe[] = [
  {
    name: 'absolute-form',
    title: 'absolute URL with another Host',
    requests: (site) => {
      const { scheme, authority } = site.target
      const { target } = askFor(site, '')
      return [
        ...bothWays(
          site,
          askFor(site, `URL of the site, Host ${OTHER}`, {
            target: `${scheme}://${authority}${target}`,
            hosts: [OTHER],
          }),
        ),
        ...bothWays(
          site,
          askFor(site, `URL of ${OTHER}, Host of the site`, { target: `${scheme}://${OTHER}${target}` }),
        ),
      ]
    },
    judge: judgeHost,
    means: 'Warder judges the rules of one host, and the application serves another.',
    fix: SAME_HOST,
  },
  {
    name: 'two-hosts',
    title: 'two Host fields',
    alsoHttp2: true,
    requests: (site) => {
      const { authority } = site.target
      return [
        ...bothWays(site, askFor(site, `Host twice, ${OTHER} last`, { hosts: [authority, OTHER] })),
        ...bothWays(site, askFor(site, `Host twice, ${OTHER} first`, { hosts: [OTHER, authority] })),
      ]
    },
    judge: judgeHost,
    means: 'Warder judges the rules of one host, and the application reads the other field.',
    fix: SAME_HOST,
  },
]
