/** The Check of Envoy: what is read of it, and that every answer but an allow has a code other than 0. */
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { parseCheck, policyOf, renderCheck } from '../../../src/callers/envoy-grpc/check.ts'
import { readCheckRequest } from '../../../src/callers/envoy-grpc/check-request.ts'
import type { Allow, Deny } from '../../../src/decision/decision.ts'
import { DENY_ROWS, type DenyReason } from '../../../src/decision/reasons.ts'
import { OVERRIDE_FIELDS } from '../../../src/syntax/override-fields.ts'
import { checkRequest, encode, readCheckResponse, type CheckText } from '../../support/check-messages.ts'

function read(text: CheckText) {
  const check = readCheckRequest(checkRequest(text))
  if (check === undefined) throw new Error('not read')
  return check
}
const parsed = (text: CheckText) => parseCheck(read(text))

describe('a CheckRequest', () => {
  it('describes the request byte for byte, but `!`, which Envoy writes in place of others', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PURGE', 'x'),
        fc.constantFrom('http', 'https'),
        fc.webPath({ size: 'small' }),
        (method, scheme, rest) => {
          const path = `/${rest.replace(/^\/+/, '')}?a=b?c`
          const result = parsed({ method, scheme, path, host: 'API.example.com:8443' })
          if (!result.ok) throw new Error(result.error.reason)
          const { value } = result
          expect([value.method, value.scheme, value.host]).toEqual([method, scheme, 'api.example.com'])
          expect(`${value.path}?${value.query}`).toBe(path.replaceAll('!', '%FF'))
        },
      ),
    )
  })

  it('joins fields that arrive several times, as the tokens of a thief beside those of the user', () => {
    const twice = [
      ['authorization', 'Bearer a'],
      ['Authorization', 'Bearer b'],
    ] as const
    for (const text of [
      { headers: twice },
      { rawHeaders: twice },
      { headers: [twice[0]], rawHeaders: [twice[1]] },
    ])
      expect(read(text).headers.get('authorization')).toBe('Bearer a, Bearer b')
  })

  it('has the bytes of header_map, and not of a text beside them', () => {
    expect(read({ rawHeaders: [['x-name', 'Zo\xeb']] }).headers.get('x-name')).toBe('Zo\xeb')
  })

  it('leaves out the names that begin with a colon', () => {
    const { headers } = read({
      headers: [
        [':path', '/healthz'],
        ['accept', '*/*'],
      ],
    })
    expect([...headers.names]).toEqual(['accept'])
  })

  it('names the address of the client', () => {
    expect(read({ clientAddress: '2001:db8::7' }).clientAddress).toBe('2001:db8::7')
  })

  const missing: readonly (readonly [string, CheckText, string])[] = [
    ['no HTTP request', { hasNoHttp: true }, 'attributes.request.http'],
    ['no method', { method: '' }, 'attributes.request.http.method'],
    ['two methods', { method: 'GET, POST' }, 'attributes.request.http.method'],
    ['no path', { path: '' }, 'attributes.request.http.path'],
    ['a path without a slash', { path: '*' }, 'attributes.request.http.path'],
    ['an absolute URL as the path', { path: 'http://a/' }, 'attributes.request.http.path'],
    ['no host', { host: '' }, 'attributes.request.http.host'],
    ['two hosts', { host: 'a.example,b.example' }, 'attributes.request.http.host'],
    ['no scheme', { scheme: '' }, 'attributes.request.http.scheme'],
    ['another scheme', { scheme: 'ws' }, 'attributes.request.http.scheme'],
    [
      'two values of X-Forwarded-Proto',
      { headers: [['x-forwarded-proto', 'https,http']] },
      'attributes.request.http.scheme',
    ],
  ]
  for (const [name, text, field] of missing) {
    it(`is refused with ${name}, and the field is named`, () => {
      expect(parsed(text)).toMatchObject({ ok: false, error: { reason: 'origin_missing', field } })
    })
  }

  it('has the scheme that Envoy wrote, not the one that a client of HTTP/2 chose', () => {
    const result = parsed({ scheme: 'https', headers: [['x-forwarded-proto', 'http']] })
    expect(result).toMatchObject({ ok: true, value: { scheme: 'http' } })
  })

  const policies: readonly (readonly [string, CheckText['extensions'], unknown])[] = [
    ['no name', [], { ok: true, value: undefined }],
    ['other extensions', [['tenant', 'read']], { ok: true, value: undefined }],
    ['a name', [['policy', 'read']], { ok: true, value: 'the policy read' }],
    ['an unknown name', [['policy', 'nobody']], { ok: false, error: { reason: 'origin_missing' } }],
    ['an empty name', [['policy', '']], { ok: false, error: { reason: 'origin_missing' } }],
    [
      'two names',
      [
        ['policy', 'read'],
        ['policy', 'read'],
      ],
      { ok: false, error: { reason: 'origin_missing' } },
    ],
    [
      'an inherited property',
      [['policy', 'constructor']],
      { ok: false, error: { reason: 'origin_missing' } },
    ],
  ]
  for (const [name, extensions, expected] of policies) {
    it(`chooses a policy by ${name} in context_extensions`, () => {
      const known = new Map([['read', 'the policy read']])
      const chosen = policyOf(read({ ...(extensions && { extensions }) }), (policy) => known.get(policy))
      expect(chosen).toMatchObject(expected as object)
    })
  }
})

describe('bytes that are no CheckRequest', () => {
  const good = checkRequest({ headers: [['authorization', 'Bearer a']] })
  const broken: readonly (readonly [string, Buffer])[] = [
    ['a field that ends behind the message', Buffer.from([0x0a, 0x05, 0x01])],
    ['a length of more than 31 bits', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a tag that never ends', Buffer.alloc(64, 0xff)],
    ['field number 0', Buffer.from([0x02, 0x00])],
    ['a group', Buffer.from([0x0b, 0x0c])],
    ['wire type 6', Buffer.from([0x0e])],
    ['a message that is cut short', good.subarray(0, -1)],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    [
      'too many headers',
      checkRequest({ headers: Array.from({ length: 1_001 }, (_, i) => [`x-${i}`, ''] as const) }),
    ],
  ]
  for (const [name, bytes] of broken) {
    it(`are not read: ${name}`, () => expect(readCheckRequest(bytes)).toBeUndefined())
  }

  it('never throw, whatever they are, and never loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readCheckRequest(Buffer.from(bytes))),
    )
  })

  it('never throw when a good message is changed, and never describe another request unseen', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(good)
        bytes[at] = (bytes[at] ?? 0) ^ flip
        const check = readCheckRequest(bytes)
        if (check !== undefined) parseCheck(check)
      }),
    )
  })

  it('pass over fields of later versions, of every wire type', () => {
    const unknown = Buffer.concat([
      Buffer.from([0x98, 0x06, 0x01]), // 99: varint
      Buffer.from([0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]), // fixed64
      Buffer.from([0x9d, 0x06, 1, 2, 3, 4]), // fixed32
      encode([[99, 'x']]),
    ])
    const check = readCheckRequest(Buffer.concat([unknown, good, unknown]))
    expect(check?.headers.get('authorization')).toBe('Bearer a')
  })
})

const ABOUT = { id: '01', route: 'orders', policy: 'read', issuer: undefined }
const NAMES = ['x-auth-subject', 'x-auth-roles', 'remote-user']
const allow = (identity: readonly string[]): Allow => ({ ...ABOUT, outcome: 'allow', reason: 'ok', identity })

/** What an allow does to these headers of a client. */
const allowed = (names: readonly string[], identity: readonly string[] = ['alice', '', '']) =>
  readCheckResponse(
    renderCheck(allow(identity), NAMES, read({ headers: names.map((name) => [name, 'mallory'] as const) })),
  )

describe('the answer to a Check', () => {
  it('has code 0 for an allow, sets identity headers over those of the client, and removes those without a value', () => {
    expect(allowed([])).toEqual({
      code: 0,
      message: '',
      ok: {
        headers: ['x-decision-id: 01 (2)', 'x-auth-subject: alice (2)'],
        remove: ['x-auth-roles', 'remote-user'],
      },
      metadata: {
        decision_id: '01',
        reason: 'ok',
        route: 'orders',
        policy: 'read',
        identity: { 'x-auth-subject': 'alice' },
      },
    })
  })

  it('removes every other spelling of an identity header that the client sent', () => {
    const aliases = [
      'x_auth_subject',
      'x.auth.subject',
      'x-auth_subject',
      'x.auth_roles',
      'x~auth~roles',
      'remote_user',
      'x_decision_id',
    ]
    expect(allowed(['accept', ...aliases]).ok?.remove).toEqual(['x-auth-roles', 'remote-user', ...aliases])
  })

  it('never removes a header that it sets', () => {
    const { ok } = allowed(NAMES, ['alice', 'clerk', 'bob'])
    expect(ok?.remove).toEqual([])
    expect(ok?.headers).toContain('remote-user: bob (2)')
  })

  it('removes every field in which a client could describe another request, except those that Envoy writes itself', () => {
    const names = OVERRIDE_FIELDS.map(({ name }) => name.toLowerCase())
    const { ok } = allowed(names)
    const left = names.filter((name) => !ok?.remove.includes(name))
    expect(left).toEqual(['x-forwarded-proto', 'x-forwarded-for', 'x-forwarded-client-cert'])
  })

  it('leaves the address of the client that Envoy wrote, and removes one that the client did', () => {
    const removed = (value: string) =>
      readCheckResponse(
        renderCheck(
          allow(['a', 'b', 'c']),
          NAMES,
          read({ clientAddress: '192.0.2.7', headers: [['x-envoy-external-address', value]] }),
        ),
      ).ok?.remove
    expect(removed('192.0.2.7')).toEqual([])
    expect(removed('192.0.2.8')).toEqual(['x-envoy-external-address'])
  })

  it('removes other spellings of the fields that Envoy writes', () => {
    expect(allowed(['x_forwarded_for', 'x.forwarded.proto']).ok?.remove).toContain('x.forwarded.proto')
    expect(allowed(['x_forwarded_for']).ok?.remove).toContain('x_forwarded_for')
  })

  for (const [reason, { status }] of Object.entries(DENY_ROWS)) {
    it(`has a code other than 0, the status and no identity for the reason ${reason}`, () => {
      const deny: Deny = {
        ...ABOUT,
        outcome: 'deny',
        reason: reason as DenyReason,
        status,
        challenge: 'Bearer realm="warder"',
        retryAfterSeconds: 3,
        denial: { reason: 'no_route' },
      }
      const { code, message, denied, ok, metadata } = readCheckResponse(renderCheck(deny, NAMES, undefined))
      expect([401, 16, 403, 7, 502, 14, 503, 14].join()).toContain(`${status},${code}`)
      expect(code).toBeGreaterThan(0)
      expect([message, denied?.status, ok]).toEqual([reason, status, undefined])
      expect(denied?.headers).toEqual([
        'x-decision-id: 01 (2)',
        `x-decision-reason: ${reason} (2)`,
        'cache-control: no-store (2)',
        'content-type: application/problem+json (2)',
        'www-authenticate: Bearer realm="warder" (2)',
        'retry-after: 3 (2)',
      ])
      expect(JSON.parse(denied?.body ?? '')).toMatchObject({ status, code: reason, decision_id: '01' })
      expect(metadata).toEqual({ decision_id: '01', reason, route: 'orders', policy: 'read' })
    })
  }

  it('has UTF-8 where a name of the configuration needs it', () => {
    const answer = renderCheck({ ...allow(['a', '', '']), route: 'Bestellungen für Zoë' }, NAMES, undefined)
    expect(readCheckResponse(answer).metadata).toMatchObject({ route: 'Bestellungen für Zoë' })
  })
})
