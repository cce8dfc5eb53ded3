/** Bodies: whether one request can become part of the next. */
import type { AskedRequest } from '../asking/asked-request.ts'
import { outcomeOf, outcomesOf, type ProbeExchange } from '../judging/arrival.ts'
import { echoedNamed } from '../judging/echoed.ts'
import { fail, OPEN_PATH, pass, worstOf, type Finding } from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { whetherSeen } from '../judging/must-not-arrive.ts'
import { acceptsToken, askFor, isOpen, passing, type ProbedSite } from '../site/site.ts'
import type { Probe } from './probe.ts'

/** A request of a client is a few hundred bytes at Warder: some of these lengths end within its fields. */
const LENGTHS = Array.from({ length: 16 }, (_, round) => 10 + round * 30)

/** A POST without a token, and behind it a request whose answer is known. */
function desyncRequests(site: ProbedSite): readonly AskedRequest[] {
  const plain = askFor(site, 'the next request')
  return LENGTHS.flatMap((length) => {
    const post = askFor(site, `a POST of ${length} bytes`, {
      method: 'POST',
      fields: [['Content-Length', String(length)]],
      body: 'x'.repeat(length),
    })
    return acceptsToken(site) ? [post, passing(site, plain), plain] : [post, plain]
  })
}

function judgeDesync(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (isOpen(site)) return OPEN_PATH
  const surplus = exchanges.find(({ answer }) => answer.hasSurplus)
  if (surplus !== undefined) return fail(`${surplus.request.label}: more answers than requests`)
  const { bare, allowed } = site
  const next = exchanges.filter(({ request }) => request.method === 'GET')
  const odd = next.find((exchange) => {
    const expected = acceptsToken(site) && exchange.request.fields.length > 0 ? allowed : bare
    return expected !== undefined && outcomeOf(exchange) !== outcomeOf(expected)
  })
  if (odd !== undefined) {
    const expected = acceptsToken(site) && odd.request.fields.length > 0 ? allowed : bare
    const before = exchanges[exchanges.indexOf(odd) - 1]?.request.label ?? 'a POST'
    return fail(
      `after ${before}: ${outcomeOf(odd)} instead of ${expected === undefined ? '' : outcomeOf(expected)}`,
    )
  }
  const posts = mustBeDenied(
    exchanges.filter(({ request }) => request.method === 'POST'),
    site,
  )
  return posts.result === 'pass' ? pass(`${exchanges.length} answers in order`) : posts
}

/** Both framings end at the same byte, so that nothing is left over at a live site. */
const CHUNKED = '5\r\nhello\r\n0\r\n\r\n'

const FRAMINGS: Readonly<Record<string, Pick<AskedRequest, 'fields' | 'body'>>> = {
  'Content-Length beside Transfer-Encoding': {
    fields: [
      ['Content-Length', String(CHUNKED.length)],
      ['Transfer-Encoding', 'chunked'],
    ],
    body: CHUNKED,
  },
  'Transfer-Encoding before Content-Length': {
    fields: [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', String(CHUNKED.length)],
    ],
    body: CHUNKED,
  },
  'Transfer_Encoding beside Content-Length': {
    fields: [
      ['Content-Length', String(CHUNKED.length)],
      ['Transfer_Encoding', 'chunked'],
    ],
    body: CHUNKED,
  },
}

/** POST with the token only where nothing can happen: at the echo. */
function framingRequests(site: ProbedSite): readonly AskedRequest[] {
  return Object.entries(FRAMINGS).flatMap(([label, framing]) => {
    const bare = askFor(site, `${label}, without a token`, { method: 'POST', ...framing })
    if (!site.hasEcho || !acceptsToken(site)) return [bare]
    return [bare, passing(site, askFor(site, label, { method: 'POST', ...framing }))]
  })
}

function judgeFraming(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (isOpen(site)) return OPEN_PATH
  const both = exchanges.find(
    ({ arrival }) =>
      arrival.kind === 'arrived' &&
      arrival.echoed !== undefined &&
      echoedNamed(arrival.echoed, 'content-length').length > 0 &&
      [
        ...echoedNamed(arrival.echoed, 'transfer-encoding'),
        ...echoedNamed(arrival.echoed, 'transfer_encoding'),
      ].length > 0,
  )
  if (both !== undefined) return fail(`${both.request.label}: the application got both`)
  const bare = exchanges.filter(({ request }) => request.label.endsWith('without a token'))
  const others = exchanges.filter((exchange) => !bare.includes(exchange))
  const worst = worstOf(mustBeDenied(bare, site), whetherSeen(others, site))
  return worst.result === 'pass' ? pass(outcomesOf(exchanges)) : worst
}

export const BODY_PROBES: readonly Probe[] = [
  {
    name: 'desync',
    title: 'POST with a body, twice on one connection',
    inTurn: true,
    requests: desyncRequests,
    judge: judgeDesync,
    means:
      'The proxy announces a body to the decision server that it does not send: the next request, of whatever client, is read as that body.',
    fix: {
      general: 'send decision requests without a body, and without Content-Length and Transfer-Encoding',
      nginx: 'proxy_pass_request_body off; proxy_set_header Content-Length "";   in the auth location',
      traefik: 'forwardBody: false',
      envoy: 'no with_request_body',
    },
  },
  {
    name: 'two-framings',
    title: 'Content-Length and Transfer-Encoding',
    requests: framingRequests,
    judge: judgeFraming,
    means: 'Requests can be smuggled: the proxy and the application disagree on where a body ends.',
    fix: {
      general: 'a proxy that refuses such requests, or forwards one of both fields: update it',
      nginx: 'underscores_in_headers off;   and a current nginx, which refuses both framings with 400',
    },
  },
]
