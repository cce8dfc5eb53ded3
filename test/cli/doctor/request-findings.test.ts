/** What probes of paths, hosts, methods and bodies make of answers. What cannot be judged is unknown, never a pass. */
import { describe, expect, it } from 'bun:test'
import type { ProbeExchange } from '../../../src/cli/doctor/judging/arrival.ts'
import { worstOf, type Finding, type ProbeResult } from '../../../src/cli/doctor/judging/finding.ts'
import {
  allowing,
  answer,
  DENIAL,
  denied,
  echoing,
  exchange,
  judge,
  judgeAll,
  makeSite,
  OPEN,
  SILENT,
  WITH_ECHO,
  type Case,
} from './judging.ts'

const bareOf = (one: ProbeExchange): ProbeExchange => ({
  ...one,
  request: { ...one.request, label: `${one.request.target} without a token` },
})
const hostless = (one: ProbeExchange): ProbeExchange => ({
  ...one,
  request: { ...one.request, label: 'a host, without a token' },
})
const atPath = (target: string, site: ProbeExchange = denied()): ProbeExchange => ({
  ...site,
  request: { ...site.request, target, label: target },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'path-encoded-slash': [
    ['denials', [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', denied('path_ambiguous'))], 'pass'],
    ['a success without a token', [bareOf(atPath('/orders%2f1', exchange(answer(200))))], 'fail'],
    [
      'the start page that every path gets',
      [bareOf(atPath('/orders%2f1', exchange(answer(200, {}, 'app'))))],
      'unknown',
      { nowhere: exchange(answer(200, {}, 'app')) },
    ],
    [
      'another page than every path gets',
      [bareOf(atPath('/orders%2f1', exchange(answer(200, {}, 'secret'))))],
      'fail',
      { nowhere: exchange(answer(200, {}, 'app')) },
    ],
    [
      'the raw path at the application',
      [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', echoing([], {}, { target: '/orders%2f1' }))],
      'unknown',
      WITH_ECHO,
    ],
    [
      'the raw path, and the routes deny it',
      [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', echoing([], {}, { target: '/orders%2f1' }))],
      'fail',
      { ...WITH_ECHO, config: allowing('denied') },
    ],
    [
      'the raw path, and a route keeps it',
      [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', echoing([], {}, { target: '/orders%2f1' }))],
      'pass',
      { ...WITH_ECHO, config: allowing('guarded') },
    ],
    [
      'the normalised path at the application',
      [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', echoing([], {}, { target: '/orders/1' }))],
      'pass',
      WITH_ECHO,
    ],
    [
      'a path with `..` at the application',
      [bareOf(atPath('/a%2f..')), atPath('/a%2f..', echoing([], {}, { target: '/x/../orders/1' }))],
      'fail',
      WITH_ECHO,
    ],
    [
      'a success that is not shown',
      [bareOf(atPath('/orders%2f1')), atPath('/orders%2f1', exchange(answer(200)))],
      'unknown',
    ],
  ],
  'path-control': [
    [
      'a success that is not shown',
      [bareOf(atPath('/a%0d%0aX:1')), atPath('/a%0d%0aX:1', exchange(answer(200)))],
      'fail',
    ],
    [
      'an outage before a success',
      [bareOf(atPath('/a%0aX:1', denied('proxy_error'))), atPath('/a%0d%0aX:1', exchange(answer(200)))],
      'fail',
    ],
  ],
  'absolute-form': [
    ['an empty success without a token', [hostless(exchange(answer(200)))], 'unknown'],
    [
      'the page of the site without a token',
      [hostless(exchange(answer(200, {}, 'page')))],
      'fail',
      { allowed: exchange(answer(200, {}, 'page')) },
    ],
    ['another page without a token', [hostless(exchange(answer(200, {}, 'other')))], 'unknown'],
    ['another site before an echo', [hostless(exchange(answer(200), true))], 'pass', WITH_ECHO],
    ['the echo without a token', [hostless(echoing([['Host', 'warder-doctor.invalid']]))], 'fail', WITH_ECHO],
    [
      'denials',
      [{ ...denied('no_route'), request: { ...denied().request, label: 'x, without a token' } }],
      'pass',
    ],
    ['the host of the site', [echoing([['Host', 'api.example.com']])], 'pass', WITH_ECHO],
    ['the other host', [echoing([['Host', 'warder-doctor.invalid']])], 'unknown', WITH_ECHO],
    [
      'the other host, which no route allows',
      [echoing([['Host', 'warder-doctor.invalid']])],
      'fail',
      { ...WITH_ECHO, config: allowing('denied') },
    ],
    [
      'the other host, which a route allows',
      [echoing([['Host', 'warder-doctor.invalid']])],
      'pass',
      { ...WITH_ECHO, config: allowing('guarded') },
    ],
    [
      'both hosts',
      [
        echoing([
          ['Host', 'a'],
          ['Host', 'b'],
        ]),
      ],
      'fail',
      WITH_ECHO,
    ],
  ],
  'method-letter-case': [
    [
      'the method at the application',
      [bareOf(denied()), echoing([], {}, { method: 'gET' })],
      'fail',
      WITH_ECHO,
    ],
    ['the corrected method', [bareOf(denied()), echoing([])], 'pass', WITH_ECHO],
  ],
  'method-judged': [
    ['a denial', [denied('no_route')], 'pass'],
    ['a success', [exchange(answer(200))], 'unknown'],
    ['a success that the route allows', [exchange(answer(200))], 'pass', { config: allowing('guarded') }],
    ['a success that no route allows', [exchange(answer(200))], 'fail', { config: allowing('denied') }],
    [
      'a success by another route',
      [exchange(answer(200))],
      'unknown',
      { config: { ...allowing('guarded'), routeOf: ({ method }) => method } },
    ],
    ['a 405 that anybody may have sent', [exchange(answer(405))], 'unknown'],
    ['silence', [SILENT], 'unknown'],
  ],
  trace: [
    ['a denial', [denied('method_refused')], 'pass'],
    ['the request in the answer', [exchange(answer(200, {}, 'TRACE /orders/1 HTTP/1.1\r\nX: 1'))], 'fail'],
    ['the application', [echoing([])], 'fail', WITH_ECHO],
    ['a 405 that anybody may have sent', [exchange(answer(405))], 'unknown'],
    ['a 405 of the proxy before an echo', [exchange(answer(405), true)], 'pass', { hasEcho: true }],
  ],
  preflight: [
    ['a denial', [denied()], 'pass'],
    ['an answer of the gateway', [exchange(answer(204, { 'X-Decision-Id': '1' }))], 'pass'],
    ['the application', [echoing([])], 'unknown', WITH_ECHO],
    ['the application, as the route says', [echoing([])], 'pass', { ...WITH_ECHO, config: allowing('open') }],
    [
      'the application, though no route says so',
      [echoing([])],
      'fail',
      { ...WITH_ECHO, config: allowing('guarded') },
    ],
    ['no content that anybody may have sent', [exchange(answer(204))], 'unknown'],
    ['an open path', [denied()], 'unknown', OPEN],
  ],
  upgrade: [
    ['no Upgrade', [echoing([])], 'pass', WITH_ECHO],
    ['Upgrade: h2c', [echoing([['Upgrade', 'h2c']])], 'fail', WITH_ECHO],
    ['Upgrade: websocket', [echoing([['Upgrade', 'websocket']])], 'pass', WITH_ECHO],
    ['a changed protocol', [exchange(answer(101))], 'fail'],
    ['a success that is not shown', [exchange(answer(200))], 'unknown'],
  ],
  websocket: [
    ['a denial, and 101 with the token', [denied(), exchange(answer(101))], 'pass'],
    ['101 without a token', [exchange(answer(101)), exchange(answer(101))], 'fail'],
    ['no 101', [denied(), exchange(answer(404))], 'unknown'],
    ['no 101 from the echo', [denied(), echoing([])], 'warning', WITH_ECHO],
    ['no token', [denied()], 'unknown'],
  ],
  'two-framings': [
    ['a 400 of the proxy before an echo', [exchange(answer(400), true)], 'pass', { hasEcho: true }],
    [
      'both fields',
      [
        echoing([
          ['Content-Length', '5'],
          ['Transfer-Encoding', 'chunked'],
        ]),
      ],
      'fail',
      WITH_ECHO,
    ],
    [
      'both fields, one in another spelling',
      [
        echoing([
          ['Content-Length', '5'],
          ['Transfer_Encoding', 'chunked'],
        ]),
      ],
      'fail',
      WITH_ECHO,
    ],
    ['one field', [echoing([['Transfer-Encoding', 'chunked']])], 'pass', WITH_ECHO],
  ],
  'own-endpoints': [
    ['404', [exchange(answer(404))], 'pass'],
    ['Warder that misses the original request', [denied('origin_missing')], 'fail'],
    ['the same reason as everywhere', [denied('origin_missing')], 'pass', { bare: denied('origin_missing') }],
    ["Warder's allow", [exchange(answer(200, { 'X-Decision-Id': '1' }))], 'fail'],
    ['an identity header', [exchange(answer(200, { 'X-Auth-Subject': 'alice' }, 'x'))], 'fail'],
    [
      'a denial without the body of the proxy',
      [denied()],
      'fail',
      { bare: exchange(answer(401, DENIAL, 'denied')) },
    ],
    ['silence', [SILENT], 'unknown'],
  ],
}

judgeAll(CASES)

describe('desync', () => {
  const post = (one: ProbeExchange): ProbeExchange => ({
    ...one,
    request: { ...one.request, method: 'POST', label: 'a POST' },
  })
  const withToken = (one: ProbeExchange): ProbeExchange => ({
    ...one,
    request: { ...one.request, fields: [['Authorization', 'x']] },
  })
  const cases: readonly Case[] = [
    ['answers as before', [post(denied()), withToken(exchange(answer(200))), denied()], 'pass'],
    ['a denial of the next user', [post(denied()), withToken(denied()), denied()], 'fail'],
    [
      'an allow of the next user',
      [post(denied()), withToken(exchange(answer(200))), exchange(answer(200))],
      'fail',
    ],
    ['an error for the next user', [post(denied()), withToken(exchange(answer(503))), denied()], 'fail'],
    [
      'more answers than requests',
      [post({ ...denied(), answer: { ...denied().answer, hasSurplus: true } })],
      'fail',
    ],
    ['a POST that passes', [post(exchange(answer(200))), denied()], 'fail'],
    ['an open path', [denied()], 'unknown', OPEN],
  ]
  for (const [what, exchanges, result, site] of cases)
    it(`${what}: ${result}`, () => expect(judge('desync', exchanges, makeSite(site)).result).toBe(result))
})

describe('token-size', () => {
  const refused = exchange(answer(400))
  const sizes = (good: number): readonly ProbeExchange[] =>
    Array.from({ length: 7 }, (_, index) => (index < good ? denied('token_malformed') : refused))
  const cases: readonly (readonly [good: number, result: ProbeResult])[] = [
    [7, 'pass'],
    [3, 'pass'],
    [2, 'warning'],
    [0, 'unknown'],
  ]
  for (const [good, result] of cases)
    it(`Warder is asked about the ${good} smallest of 7: ${result}`, () =>
      expect(judge('token-size', sizes(good)).result).toBe(result))
  it('a large token that passes: fail', () =>
    expect(judge('token-size', [exchange(answer(200))]).result).toBe('fail'))
})

describe('of several findings', () => {
  const of = (result: ProbeResult): Finding => ({ result, saw: result })
  it('the worst one counts, and unknown is worse than a warning', () => {
    expect(worstOf(of('pass'), of('unknown'), undefined, of('fail')).result).toBe('fail')
    expect(worstOf(of('warning'), of('unknown')).result).toBe('unknown')
    expect(worstOf(of('pass'), of('warning')).result).toBe('warning')
    expect(worstOf(of('pass'), undefined).result).toBe('pass')
  })
})
