/** Requests without a token, and with tokens that must not be accepted. */
import { outcomeOf } from '../judging/arrival.ts'
import { echoedNamed } from '../judging/echoed.ts'
import { fail, pass, unknown, warning, WITH_TOKEN } from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { whetherSeen } from '../judging/must-not-arrive.ts'
import { askFor, tokenFields, withToken, type ProbedSite } from '../site/site.ts'
import { brokenTokens, madeUpToken, unsignedTokens, type LabelledToken } from './broken-tokens.ts'
import type { Fix } from './fix.ts'
import type { Probe } from './probe.ts'

const ASK_WARDER: Fix = {
  general:
    'have the proxy ask Warder about this path, and about every method; `warder snippet` prints the whole configuration',
  nginx:
    'auth_request /_warder;   in the location of this path, without `return` and `rewrite … last`, which run first',
  caddy: 'forward_auth WARDER { uri /v1/auth/forward }   above reverse_proxy, in one `route`',
  traefik: 'middlewares: [warder]   on the router of this path',
  haproxy: 'http-request deny   for every decision but 200, in the frontend of this path',
  envoy: 'no ExtAuthzPerRoute with `disabled: true` on this route, and failure_mode_allow: false',
  gateway: '`policy: NAME` on the first route that matches this path',
}

const WARDER_DECIDES: Fix = {
  general: 'have the proxy let pass only what Warder answers with 200; if it does, please report this',
  nginx: 'auth_request /_warder;   and no error_page that makes a 200 of its 401',
}

const bearers = (site: ProbedSite, tokens: readonly LabelledToken[]) =>
  tokens.map(([label, token]) => withToken(site, askFor(site, label), token))

export const TOKEN_PROBES: readonly Probe[] = [
  {
    name: 'no-token',
    title: 'no token',
    alsoHttp2: true,
    requests: (site) => [
      askFor(site, 'GET'),
      askFor(site, 'HEAD', { method: 'HEAD' }),
      askFor(site, 'POST', { method: 'POST', fields: [['Content-Length', '0']] }),
      askFor(site, 'an empty Authorization', { fields: [['Authorization', '']] }),
      askFor(site, 'Bearer without a token', { fields: [['Authorization', 'Bearer ']] }),
      askFor(site, 'another scheme', { fields: [['Authorization', 'Basic d2FyZGVyOmRvY3Rvcg==']] }),
    ],
    judge(exchanges, site) {
      // Here, an open path is the finding, and not the reason to find nothing.
      const through = exchanges.find(({ arrival }) => arrival.kind === 'arrived')
      if (through === undefined) return mustBeDenied(exchanges, site)
      return fail(`${through.request.label}: ${outcomeOf(through)}`)
    },
    means:
      'Nothing guards this path. If it is meant to be public, nothing can be proven here: name a guarded one with --path.',
    fix: ASK_WARDER,
  },
  {
    name: 'token-accepted',
    title: 'the token of --token-file',
    requests: (site) =>
      site.token === undefined ? [] : [withToken(site, askFor(site, 'the token'), site.token)],
    judge([exchange]) {
      if (exchange === undefined) return unknown('no token was given', WITH_TOKEN)
      const saw = outcomeOf(exchange)
      if (exchange.arrival.kind === 'arrived') return pass(saw)
      if (exchange.arrival.kind !== 'unclear') return warning(saw)
      return unknown(saw, 'a path that the application answers with 2xx, or `warder echo` behind the proxy')
    },
    means: 'The site does not accept the token, so nothing that needs one could be tried.',
    fix: { general: "warder explain --token-file FILE --request 'GET URL'   shows why" },
  },
  {
    name: 'garbage-token',
    title: 'text that is no token',
    alsoHttp2: true,
    requests: (site) =>
      bearers(site, [
        ['a word', 'garbage'],
        ['three words', 'not.a.token'],
        ['JSON', Buffer.from('{"alg":"HS256"}').toString('base64url')],
        ['two parts', madeUpToken(site.token).split('.').slice(0, 2).join('.')],
      ]),
    judge: mustBeDenied,
    means: 'Anything passes for a token.',
    fix: WARDER_DECIDES,
  },
  {
    name: 'unsigned-token',
    title: 'alg: none',
    requests: (site) => bearers(site, unsignedTokens(site.token)),
    judge: mustBeDenied,
    means: 'Tokens without a signature are accepted: anybody can write one.',
    fix: WARDER_DECIDES,
  },
  {
    name: 'made-up-token',
    title: 'a token of another key',
    requests: (site) => bearers(site, [['a key of our own', madeUpToken(site.token)]]),
    judge: mustBeDenied,
    means: 'Signatures are not checked: anybody can write a token.',
    fix: WARDER_DECIDES,
  },
  {
    name: 'tampered-token',
    title: 'the token, changed',
    needs: 'token',
    requests: (site) => (site.token === undefined ? [] : bearers(site, brokenTokens(site.token))),
    judge: mustBeDenied,
    means: 'A changed token is accepted: clients can write any claim.',
    fix: WARDER_DECIDES,
  },
  {
    name: 'two-tokens',
    title: 'two Authorization fields',
    needs: 'token',
    requests(site) {
      const [good, bad] = [tokenFields(site, site.token ?? ''), tokenFields(site, 'garbage')]
      if (good[0]?.[0].toLowerCase() !== 'authorization') return []
      return [
        askFor(site, 'the token first', { fields: [...good, ...bad] }),
        askFor(site, 'the token last', { fields: [...bad, ...good] }),
      ]
    },
    judge(exchanges, site) {
      if (exchanges.length === 0) return pass('the route reads the token elsewhere')
      const both = exchanges.find(
        ({ arrival }) =>
          arrival.kind === 'arrived' &&
          arrival.echoed !== undefined &&
          echoedNamed(arrival.echoed, 'authorization').length > 1,
      )
      if (both !== undefined) return fail(`${both.request.label}: the application got both`)
      return whetherSeen(exchanges, site) ?? pass([...new Set(exchanges.map(outcomeOf))].join(', '))
    },
    means: 'Warder judges one token, and the application may read the other one.',
    fix: {
      general: 'have the proxy refuse two Authorization fields, or pass both on to Warder, which denies them',
    },
  },
]
