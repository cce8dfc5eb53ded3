/** The bytes of Check answers, read by Envoy's own definitions: whatever is asked, a denial is never read as an allow. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import fc from 'fast-check'
import { checkRequest } from '../support/check-messages.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { portOf } from '../support/live/warder.ts'
import { startXdsPeer, type XdsAnswer } from '../support/live/xds-peer.ts'
import { mint } from '../support/mint.ts'
import { CONFIG, runService } from '../support/run-service.ts'

const READ = mint({ scope: 'orders:read' })

/** A question in the JSON of Protocol Buffers. */
const question = (http: object, extensions: object = {}): object => ({
  attributes: {
    source: {
      address: { socket_address: { address: '192.0.2.7', port_value: 4711 } },
      principal: 'spiffe://a/b',
    },
    destination: { address: { socket_address: { address: '192.0.2.1', port_value: 443 } } },
    request: {
      time: '2026-11-29T10:00:00Z',
      http: {
        id: '1',
        method: 'GET',
        path: '/orders/1',
        host: 'api.example.com',
        scheme: 'https',
        size: '-1',
        protocol: 'HTTP/2',
        ...http,
      },
    },
    context_extensions: extensions,
    metadata_context: { filter_metadata: { a: { b: 1 } } },
    tls_session: { sni: 'api.example.com' },
  },
})

liveSuite("Check by Envoy's definitions", ['python3', 'grpcio', 'xds-protos'], () => {
  const cleanup = createCleanup()
  let check: (asked: object) => Promise<XdsAnswer>

  beforeAll(async () => {
    const { service } = await runService(CONFIG.replace('listen: {', 'listen: { grpc: 127.0.0.1:0,'))
    cleanup.add(() => service.stop(0))
    check = startXdsPeer(portOf(service.addresses.at(-1)), cleanup)
  })
  afterAll(() => cleanup.run())

  const bearer = { authorization: `Bearer ${READ}` }

  it('is an allow with the headers to set and to remove, each as it must be', async () => {
    const { response, code, has_status } = await check(
      question({ headers: { ':path': '/orders/1', ...bearer, x_auth_roles: 'admin', forwarded: 'for=a' } }),
    )
    expect([code, has_status, response?.denied_response]).toEqual([0, true, undefined])
    const { headers, headers_to_remove: removed = [] } = response?.ok_response ?? {}
    const overwritten = { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }
    expect(headers?.[0]).toMatchObject({ header: { key: 'x-decision-id' }, ...overwritten })
    expect(headers?.slice(1)).toEqual([{ header: { key: 'x-auth-subject', value: 'alice' }, ...overwritten }])
    // The names of a map arrive in any order.
    expect([...removed].sort()).toEqual(['forwarded', 'x-auth-roles', 'x_auth_roles'])
    expect(response?.dynamic_metadata).toEqual({
      decision_id: expect.any(String),
      reason: 'ok',
      route: 'read',
      policy: 'read',
      identity: { 'x-auth-subject': 'alice' },
    })
  })

  const denials: readonly (readonly [string, object, number, string, string])[] = [
    ['no token', question({}), 16, 'Unauthorized', 'token_missing'],
    [
      'two tokens',
      question({ headers: { authorization: `Bearer ${READ},Bearer x` } }),
      16,
      'Unauthorized',
      'token_multiple',
    ],
    [
      'two tokens in header_map',
      question({
        header_map: {
          headers: [READ, 'x'].map((token) => ({
            key: 'authorization',
            raw_value: Buffer.from(`Bearer ${token}`).toString('base64'),
          })),
        },
      }),
      16,
      'Unauthorized',
      'token_multiple',
    ],
    ['another scope', question({ method: 'POST', headers: bearer }), 7, 'Forbidden', 'scope_missing'],
    [
      'an odd path',
      question({ path: '/orders/%2e%2e/healthz', headers: bearer }),
      7,
      'Forbidden',
      'path_ambiguous',
    ],
    [
      'an unknown policy',
      question({ headers: bearer }, { policy: 'nobody' }),
      7,
      'Forbidden',
      'origin_missing',
    ],
    ['no HTTP request', { attributes: { request: {} } }, 7, 'Forbidden', 'origin_missing'],
    ['nothing at all', {}, 7, 'Forbidden', 'origin_missing'],
    ['bytes that are no message', { bytes: 'ffffff' }, 7, 'Forbidden', 'origin_missing'],
    ['a message of 2 MiB', question({ body: 'a'.repeat(2 * 1024 ** 2) }), 7, 'Forbidden', 'origin_missing'],
  ]
  for (const [name, asked, code, status, reason] of denials) {
    it(`is a denial with a code other than 0, a status, headers and a body: ${name}`, async () => {
      const answer = await check(asked)
      expect([answer.code, answer.response?.status]).toEqual([code, { code, message: reason }])
      expect(answer.response?.ok_response).toBeUndefined()
      const denied = answer.response?.denied_response
      expect(denied?.status).toEqual({ code: status })
      const headers = new Map(denied?.headers?.map(({ header }) => [header.key, header.value]))
      expect(headers.get('x-decision-reason')).toBe(reason)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.has('www-authenticate')).toBe(code === 16 || reason === 'scope_missing')
      expect([...headers.keys()].filter((key) => key.startsWith('x-auth'))).toEqual([])
      expect(JSON.parse(denied?.body ?? '')).toMatchObject({ code: reason })
      expect(answer.response?.dynamic_metadata).toMatchObject({ reason })
    })
  }

  it('reads every request as Envoy wrote it', async () => {
    const { response } = await check(question({ path: '/healthz?a=b', headers: {} }))
    expect(response?.dynamic_metadata).toMatchObject({ reason: 'public', route: 'health' })
  })

  it('never reads changed bytes as an allow', async () => {
    const good = checkRequest({})
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = Buffer.from(good)
          for (const [at, byte] of changes) bytes[at] = byte
          const answer = await check({ bytes: bytes.toString('hex') })
          expect([answer.error, (answer.code ?? 0) > 0]).toEqual([undefined, true])
        },
      ),
      { numRuns: 300 },
    )
  })
})
