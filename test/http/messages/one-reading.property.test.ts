import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createBodyReader } from '../../../src/http/messages/body-reader.ts'
import { compileHeaderRules } from '../../../src/gateway/exchange/forward-headers.ts'
import { toLinkRequest } from '../../../src/gateway/exchange/upstream-head.ts'
import { Http1Link } from '../../../src/gateway/upstream/http1-link.ts'
import { parseRequestHead, type RequestHead } from '../../../src/http/messages/request-head.ts'
import { createFakeWire } from '../../support/fake-wire.ts'
import { llhttpMethods, readRequestsByLlhttp } from '../../support/llhttp.ts'

/** What the gateway makes of bytes, and what it sends for them. */
interface Forwarded {
  readonly head: RequestHead
  readonly body: string
  readonly bytes: string
}

const RULES = compileHeaderRules(['x-auth-subject'], [])
const OURS = 'written by the gateway'
const NONE = { route: undefined, policy: undefined, issuer: undefined, notAfter: undefined }
const JUDGEMENT = {
  decision: { ...NONE, id: OURS, outcome: 'allow', reason: 'ok', identity: [OURS] },
  grant: undefined,
} as const
const DESTINATION = {
  upstream: { settings: { host: 'keep' } },
  strip: undefined,
  rewrite: undefined,
  judges: undefined,
} as const

/** As the exchange does it; undefined for what is refused or incomplete. */
function forward(bytes: string): Forwarded | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  const parsed = end < 0 ? undefined : parseRequestHead(bytes.slice(0, end))
  if (parsed?.ok !== true) return undefined
  const head = parsed.value
  const wire = createFakeWire()
  const link = new Http1Link(wire, false, 0)
  const forwarded = { forwardedFor: OURS, proto: 'http', host: OURS, forwarded: OURS, realIp: OURS } as const
  const request = { head, isTrustedPeer: false, forwarded }
  link.send(toLinkRequest(request, JUDGEMENT, DESTINATION, { authority: '' }, RULES))
  const reader = createBodyReader(head.framing)
  let body = ''
  const taken = reader.read(Buffer.from(bytes.slice(end + 4), 'latin1'), (content) => {
    body += content.toString('latin1')
    link.content(content)
  })
  if (taken < 0 || !reader.isDone) return undefined
  link.endRequest()
  link.flush()
  return { head, body, bytes: wire.text() }
}

const ODD: readonly string[] = [
  '',
  ' ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\r\n ',
  '\0',
  '\x0b',
  ',',
  ';',
  ':',
  '"',
  '\xa0',
  '\x85',
  '\xff',
  '0',
]
const odd = fc.oneof({ weight: 40, arbitrary: fc.constant('') }, fc.constantFrom(...ODD))
const NAMES = (
  'Content-Length Transfer-Encoding Transfer_Encoding Connection Host Expect Upgrade TE X-Auth-Subject ' +
  'x_auth.subject X-Forwarded-For X_Forwarded_Proto Forwarded X-Decision-Id X.Decision.Id Trailer ' +
  'HTTP2-Settings Sec-WebSocket-Key X Cookie Proxy-Connection'
).split(' ')
const VALUES = (
  '0|3|5|+3|3, 3|0x3|03|chunked|Chunked|gzip, chunked|chunked, identity|identity|close|keep-alive|upgrade|' +
  'Upgrade, Content-Length|x-auth-subject, host, transfer-encoding|websocket|h2c|100-continue|a|b:80|root|' +
  'a\r\nX-Auth-Subject: root|"|dGhlIHNhbXBsZQ=='
).split('|')
const field = fc
  .tuple(
    odd,
    fc.constantFrom(...NAMES),
    odd,
    fc.constantFrom(':', ': ', ' : '),
    odd,
    fc.constantFrom(...VALUES),
    odd,
  )
  .map((parts) => parts.join(''))
/** Well-formed often enough that many requests get through. */
const framing = fc.constantFrom(
  'Content-Length: 3',
  'Content-Length: 0',
  'Transfer-Encoding: chunked',
  'X-None: 1',
)
const mostly = (usual: string, ...others: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, fc.constantFrom(...others))
const line = fc
  .tuple(
    mostly('POST', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'PRI', 'get', 'CONNECT', 'M-SEARCH'),
    mostly(' ', '\t', '  '),
    odd,
    mostly(
      '/',
      '/a?b=c',
      '//x/..',
      '*',
      'http://a/',
      'a:80',
      '/%2e%2e/\\',
      '/a#b',
      '/?',
      '/\xe9',
      '/{"|}<>^`',
    ),
    odd,
    mostly(' HTTP/1.1', ' HTTP/1.0', ' HTTP/2.0', ''),
  )
  .map((parts) => parts.join(''))
const BODIES = [
  '',
  'abc',
  '3\r\nabc\r\n0\r\n\r\n',
  '3;x="\r"\r\nabc\r\n0\r\n\r\n',
  '3;a=b\r\nabc\r\n0\r\nX-Auth-Subject: root\r\n\r\n',
]
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\nX-Auth-Subject: root\r\n\r\n'
const request = fc
  .tuple(line, framing, fc.array(field, { maxLength: 4 }), odd, fc.constantFrom(...BODIES, '0\r\n\r\n'), odd)
  .map(([start, framed, fields, oddEnd, body, oddBody]) =>
    [start, 'Host: a', framed, ...fields, `${oddEnd}\r\n${body}${oddBody}${HIDDEN}`].join('\r\n'),
  )

const GUARDED = /^(?:x-auth-subject|x-forwarded-.*|forwarded|x-decision-.*)$/

describe('what the gateway forwards', () => {
  it('is one request to the parser of Node.js, with the same method, target and body', () => {
    let forwardedCount = 0
    const check = (bytes: string): void => {
      const forwarded = forward(bytes)
      if (forwarded === undefined) return
      const { head, body } = forwarded
      const found = readRequestsByLlhttp(forwarded.bytes)
      // llhttp may reject a method that it does not know; a second request would be Warder's fault.
      if (!llhttpMethods.includes(head.method) || head.method === 'PRI') return expect(found).toHaveLength(1)
      forwardedCount += 1
      const target = head.query === undefined ? head.path : `${head.path}?${head.query}`
      expect(found).toEqual([expect.objectContaining({ method: head.method, target, body })])
    }
    fc.assert(fc.property(request, check), { numRuns: 10_000 })
    // Else this proves nothing.
    expect(forwardedCount).toBeGreaterThan(500)
  })

  it('forwards no field of the client under a name of the gateway’s own, in any spelling', () => {
    const check = (bytes: string): void => {
      const [found] = readRequestsByLlhttp(forward(bytes)?.bytes ?? '')
      if (found === undefined || found instanceof Error) return
      for (let i = 0; i < found.fields.length; i += 2) {
        const name = (found.fields[i] ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
        if (GUARDED.test(name)) expect(['http', OURS]).toContain(found.fields[i + 1] ?? '')
      }
    }
    fc.assert(fc.property(request, check), { numRuns: 5_000 })
  })
})
