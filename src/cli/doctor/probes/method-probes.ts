/** Methods in unusual letter case, TRACE, preflights, and requests that only look like preflights. */
import type { AskedField } from '../asking/asked-request.ts'
import { outcomeOf, type ProbeExchange } from '../judging/arrival.ts'
import {
  fail,
  OPEN_PATH,
  pass,
  unknown,
  WITH_CONFIG,
  WITH_REASONS,
  WITH_TOKEN,
  worstOf,
  type Finding,
} from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { whetherSeen } from '../judging/must-not-arrive.ts'
import { acceptsToken, askFor, isOpen, passing, whatMakesExact, type ProbedSite } from '../site/site.ts'
import type { Probe } from './probe.ts'

const ORIGIN: AskedField = ['Origin', 'https://warder-doctor.invalid']
const ANNOUNCED: AskedField = ['Access-Control-Request-Method', 'GET']

/** Denied without a token; with one, the application gets no method that was judged as another. */
function judgeLetterCase(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (isOpen(site)) return OPEN_PATH
  const bare = exchanges.filter(({ request }) => request.label.endsWith('without a token'))
  const others = exchanges.filter((exchange) => !bare.includes(exchange))
  const odd = others.find(
    ({ arrival }) =>
      arrival.kind === 'arrived' && arrival.echoed !== undefined && arrival.echoed.method !== 'GET',
  )
  if (odd !== undefined) return fail(`${odd.request.label}: ${outcomeOf(odd)}`)
  return worstOf(mustBeDenied(bare, site), whetherSeen(others, site))
}

/** No application gets TRACE: its answer repeats every field, those of the guard too. */
function judgeTrace(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const repeated = exchanges.find(
    ({ answer }) => answer.status === 200 && /^TRACE /m.test(answer.body.slice(0, 1024)),
  )
  if (repeated !== undefined)
    return fail(`${repeated.request.label}: ${repeated.answer.status}, and the request is in the answer`)
  const arrived = exchanges.find(({ arrival }) => arrival.kind === 'arrived')
  if (arrived !== undefined) return fail(`${arrived.request.label}: ${outcomeOf(arrived)}`)
  return mustBeDenied(exchanges, site)
}

function judgePreflight([exchange]: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (exchange === undefined) return pass('not asked')
  if (isOpen(site)) return OPEN_PATH
  const { arrival, answer } = exchange
  const saw = outcomeOf(exchange)
  // The gateway answers preflights of routes with `cors` itself.
  if (arrival.kind === 'denied') return pass(`${saw}: preflights need a token, too`)
  if (arrival.kind === 'refused') return pass(`${answer.status} by the proxy`)
  if (arrival.kind !== 'arrived') return unknown(saw, whatMakesExact(site))
  if (site.config === undefined)
    return unknown(`${saw}: right if the route has \`preflight: allow\``, WITH_CONFIG)
  const { host, path, query } = site.target
  const fields = [ORIGIN, ANNOUNCED]
  const access = site.config.accessOf({ method: 'OPTIONS', host, path, query, fields })
  return access === 'open' ? pass(`${saw}, as the route says`) : fail(saw)
}

/** A method that no application knows, so that nothing happens if it passes. */
const UNKNOWN_METHOD = 'DOCTOR'

/** Whether the rules for another method than GET are asked. */
function judgeOtherMethod([exchange]: readonly ProbeExchange[], { config, target }: ProbedSite): Finding {
  if (exchange === undefined) return unknown('not asked', WITH_TOKEN)
  const saw = outcomeOf(exchange)
  if (exchange.arrival.kind === 'denied' || exchange.arrival.kind === 'refused') return pass(saw)
  if (exchange.arrival.kind !== 'arrived') return unknown(saw, WITH_REASONS)
  if (config === undefined) return unknown(`${saw}: right if the route allows every method`, WITH_CONFIG)
  const { host, path, query } = target
  const lines = ['GET', UNKNOWN_METHOD].map((method) => ({ method, host, path, query }))
  const [get, other] = lines.map(config.routeOf)
  if (get === other) return pass(`${saw}: the route allows every method`)
  if (other === undefined) return fail(`${saw}, though no route allows it`)
  return unknown(
    `${saw}, by the route ${other}, which may allow this token`,
    'a token that this route denies for other methods',
  )
}

export const METHOD_PROBES: readonly Probe[] = [
  {
    name: 'method-letter-case',
    title: 'method in another letter case',
    requests: (site) => {
      const methods = ['get', 'Get', 'gET']
      const bare = methods.map((method) => askFor(site, `${method} without a token`, { method }))
      if (!acceptsToken(site)) return bare
      return [...bare, ...methods.map((method) => passing(site, askFor(site, method, { method })))]
    },
    judge: judgeLetterCase,
    means: 'Rules by method are bypassed: Warder judges another method than the application serves.',
    fix: {
      general: 'send Warder the method as the client sent it',
      nginx: 'proxy_set_header X-Original-Method $request_method;',
    },
  },
  {
    name: 'method-judged',
    title: 'a method that no route names',
    needs: 'token',
    requests: (site) => [passing(site, askFor(site, UNKNOWN_METHOD, { method: UNKNOWN_METHOD }))],
    judge: judgeOtherMethod,
    means: 'Every method is judged as GET: a token that may read may write.',
    fix: {
      general: 'send Warder the method of the client',
      nginx: 'proxy_set_header X-Original-Method $request_method;   in the auth location',
      haproxy: 'http-request set-header X-Forwarded-Method %[method]',
    },
  },
  {
    name: 'trace',
    title: 'TRACE',
    requests: (site) => {
      const bare = askFor(site, 'TRACE without a token', { method: 'TRACE' })
      const asked = askFor(site, 'TRACE', { method: 'TRACE' })
      return acceptsToken(site) ? [bare, passing(site, asked)] : [bare]
    },
    judge: judgeTrace,
    means: 'The answer to TRACE repeats the request, with the identity headers and tokens in it.',
    fix: {
      general: 'refuse TRACE in the proxy; Warder denies it if it is asked',
      nginx: 'nginx refuses TRACE with 405 by itself: look for the server that answers instead',
      apache: 'TraceEnable off',
    },
  },
  {
    name: 'preflight',
    title: 'CORS preflight',
    requests: (site) => [askFor(site, 'a preflight', { method: 'OPTIONS', fields: [ORIGIN, ANNOUNCED] })],
    judge: judgePreflight,
    means: 'Preflights pass without a token, though no route allows them.',
    fix: {
      general:
        'remove the rule of the proxy that passes OPTIONS; `preflight: allow` on a route lets real ones pass',
    },
  },
  {
    name: 'false-preflight',
    title: 'what only looks like a preflight',
    requests: (site) => [
      askFor(site, 'OPTIONS alone', { method: 'OPTIONS' }),
      askFor(site, 'OPTIONS with Origin alone', { method: 'OPTIONS', fields: [ORIGIN] }),
      askFor(site, 'GET that announces a method', { fields: [ORIGIN, ANNOUNCED] }),
      askFor(site, 'OPTIONS with a body, without Origin', {
        method: 'OPTIONS',
        fields: [ANNOUNCED, ['Content-Length', '2']],
        body: 'ok',
      }),
    ],
    judge: mustBeDenied,
    means: 'The rule for preflights lets other requests pass without a token.',
    fix: {
      general:
        'remove the rule of the proxy that passes OPTIONS; `preflight: allow` on a route lets real ones pass',
      nginx: 'no `if ($request_method = OPTIONS) { return … }`: it runs before auth_request',
    },
  },
]
