/** How far a request came: nothing that may have reached the application is called refused. */
import { describe, expect, it } from 'bun:test'
import type { Answer } from '../../../src/cli/doctor/asking/answer.ts'
import { arrivalOf, outcomeOf, type Arrival } from '../../../src/cli/doctor/judging/arrival.ts'
import { answer, ECHO, echoing, exchange } from './judging.ts'

type Kind = Arrival['kind']
const reason = (code: string): Readonly<Record<string, string>> => ({
  'X-Decision-Id': '1',
  'X-Decision-Reason': code,
})
const ID = { 'X-Decision-Id': '1' }

/** Without an echo, then with one. */
const CASES: readonly (readonly [name: string, answer: Answer, kind: Kind, withEcho: Kind])[] = [
  ['the echo', answer(200, ECHO), 'arrived', 'arrived'],
  ['the echo, refusing the head', answer(431, ECHO), 'arrived', 'arrived'],
  ['a success', answer(200), 'arrived', 'arrived'],
  ['a partial success', answer(206), 'arrived', 'arrived'],
  ['a changed protocol', answer(101), 'arrived', 'arrived'],
  ['no content', answer(204), 'unclear', 'unclear'],
  ['a redirect', answer(302), 'unclear', 'unclear'],
  ['a denial', answer(401, reason('token_missing')), 'denied', 'denied'],
  ['a denial by a status of its own', answer(302, reason('token_missing')), 'denied', 'denied'],
  ['a denial that was made a success', answer(200, reason('token_missing')), 'unclear', 'unclear'],
  ['an outage of the issuer', answer(503, reason('keys_unavailable')), 'undecided', 'undecided'],
  ['an outage of Warder', answer(503, reason('proxy_error')), 'undecided', 'undecided'],
  ['a limit', answer(429, reason('rate_limited')), 'undecided', 'undecided'],
  ['a server that is down', answer(502, reason('connect_failed')), 'undecided', 'undecided'],
  ['a request that the gateway cannot read', answer(400, reason('bad_request')), 'refused', 'refused'],
  ['an allow of the gateway', answer(404, ID), 'arrived', 'arrived'],
  ["the gateway's answer to a preflight", answer(204, ID), 'refused', 'refused'],
  ["the gateway's redirect", answer(308, ID), 'refused', 'refused'],
  ['a denial without a reason', answer(401), 'unclear', 'refused'],
  ['a bad request', answer(400), 'unclear', 'refused'],
  ['a method that is not implemented', answer(501), 'unclear', 'refused'],
  ['too many requests', answer(429), 'unclear', 'unclear'],
  ['a bad gateway', answer(502), 'unclear', 'unclear'],
  ['an internal error', answer(500), 'unclear', 'unclear'],
  ['a closed connection', answer(0, {}, '', 'closed'), 'unclear', 'refused'],
  ['an unreadable answer', answer(0, {}, '', 'invalid'), 'unclear', 'unclear'],
  ['silence', answer(0, {}, '', 'late'), 'unclear', 'unclear'],
  ['no connection', answer(0, {}, '', 'no_connection'), 'unclear', 'unclear'],
]

describe('an answer', () => {
  for (const [name, given, kind, withEcho] of CASES) {
    it(`that is ${name}: ${kind}`, () => expect(arrivalOf(given, false).kind).toBe(kind))
    it(`that is ${name}: ${withEcho} where an echo stands behind`, () =>
      expect(arrivalOf(given, true).kind).toBe(withEcho))
  }

  it('of the echo shows what arrived', () => {
    const arrival = arrivalOf(echoing([['X', '1']]).answer, true)
    expect(arrival.kind === 'arrived' && arrival.echoed?.fields).toEqual([['X', '1']])
  })

  const unshown: readonly (readonly [string, string])[] = [
    ['text', 'GET / HTTP/1.1'],
    ['another shape', '{"schema":"warder.echo/v2"}'],
    ['null', 'null'],
    [
      'fields that are none',
      '{"schema":"warder.echo/v1","method":"GET","target":"/","fields":[["X"]],"body_bytes":0}',
    ],
  ]
  for (const [name, body] of unshown)
    it(`of the echo with ${name} arrived, and does not show what`, () =>
      expect(arrivalOf(answer(200, ECHO, body), true)).toEqual({ kind: 'arrived' }))
})

describe('an outcome', () => {
  const cases: readonly (readonly [Parameters<typeof exchange>, string])[] = [
    [[answer(401, reason('token_missing'))], '401 token_missing'],
    [[answer(400)], '400 by the proxy or the application'],
    [[answer(200)], '200 by the application'],
    [[answer(0, {}, '', 'late')], 'no answer in time'],
    [[answer(0, {}, '', 'closed'), true], 'connection closed by the proxy'],
    [[answer(400), true], '400 by the proxy'],
  ]
  for (const [given, text] of cases) it(`is ${text}`, () => expect(outcomeOf(exchange(...given))).toBe(text))
})
