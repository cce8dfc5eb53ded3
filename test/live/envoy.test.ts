/** The printed bootstraps in a real Envoy: it accepts each, and they hold without the removal of fields, too. */
import { connect } from 'node:http2'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { EnvoySnippetOptions } from '../../src/callers/envoy/bootstrap.ts'
import { envoySnippet } from '../../src/callers/envoy/snippet.ts'
import { envoyGrpcSnippet } from '../../src/callers/envoy-grpc/snippet.ts'
import { OVERRIDE_FIELDS } from '../../src/syntax/override-fields.ts'
import { answerOf } from '../support/http2-client.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { CONFORMING, type ConformingProxy } from '../support/live/conformance/proxies.ts'
import { envoyFront, envoyGrpcFront, startEnvoy, validateEnvoy } from '../support/live/envoy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { createTestCa } from '../support/test-ca.ts'

const WAYS = [
  ['over HTTP', 'envoy', envoySnippet, envoyFront],
  ['by gRPC', 'envoy-grpc', envoyGrpcSnippet, envoyGrpcFront],
] as const

const BASE: EnvoySnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['X-Auth-Subject', 'Remote-User'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '127.0.0.1:8080',
}

liveSuite('the bootstraps for Envoy', ['envoy'], () => {
  const cleanup = createCleanup()
  const ca = createTestCa()
  cleanup.add(() => ca.remove())
  const certificate = ca.issue('api.example.com')
  afterAll(() => cleanup.run())

  const variants: readonly (readonly [string, Partial<EnvoySnippetOptions>])[] = [
    ['as printed without flags', {}],
    ['with names and TLS', { serverNames: ['api.example.com', 'www.example.com'], certificate }],
    ['with several Warders', { decisions: ['10.0.0.1:9180', '[::1]:9180', 'warder.internal:9180'] }],
    ['with a unix socket', { decisions: ['unix:/run/warder/decisions.sock'] }],
    ['with an application behind TLS', { upstream: 'https://app.internal' }],
    ['without identity headers', { identityNames: [] }],
    ['with fields for tokens', { tokenFields: ['X-Token', 'Sec-WebSocket-Protocol'] }],
  ]
  for (const [way, , write] of WAYS) {
    for (const [name, options] of variants) {
      it(`are accepted ${way}, ${name}`, async () => {
        const { code, output } = await validateEnvoy(write({ ...BASE, ...options }), cleanup)
        expect([code, output]).toEqual([0, expect.stringContaining('OK')])
      })
    }
  }
})

/** The removal of fields is one line of defence; without it, the answers of Warder are another. */
const withoutRemoval = (text: string): string =>
  text
    .replace(/^ *early_header_mutation_extensions:\n(?:^ {18}.*\n)*/m, '')
    .replace('headers_with_underscores_action: DROP_HEADER', 'headers_with_underscores_action: ALLOW')

const site = (name: string): ConformingProxy => {
  const found = CONFORMING.find((proxy) => proxy.name === name)
  if (found === undefined) throw new Error(name)
  return found
}

for (const [way, name, , front] of WAYS) {
  liveSuite(`Envoy without the removal of fields, which asks ${way}`, ['envoy'], () => {
    const cleanup = createCleanup()
    let guarded: ConformanceSite
    beforeAll(async () => {
      guarded = await startConformanceSite(
        { ...site(name), start: (at, ending) => front({ ...at, editSnippet: withoutRemoval }, ending) },
        cleanup,
      )
    })
    afterAll(() => cleanup.run())

    const askWith = async (request: RawRequest): Promise<readonly string[]> => {
      await ask(guarded.port, {
        ...request,
        headers: [...(request.headers ?? []), ['Authorization', `Bearer ${guarded.mint()}`]],
      })
      const { headers } = guarded.app.received.at(-1) ?? { headers: [] }
      return headers.map((field) => field.join(': ').toLowerCase())
    }

    for (const target of ['/orders/1', '/public/1']) {
      it(`lets no identity header of the client through on ${target}`, async () => {
        const headers = [
          'X-Auth-Subject',
          'x_auth_subject',
          'x.auth.subject',
          'X-Auth-Roles',
          'X_AUTH_ROLES',
        ].map((field) => [field, 'mallory'] as const)
        const arrived = await askWith({ target, headers })
        expect(arrived.filter((field) => field.includes('mallory'))).toEqual([])
        expect(arrived.filter((field) => field.startsWith('x-auth'))).toEqual(
          target === '/orders/1' ? ['x-auth-subject: alice'] : [],
        )
      })
    }

    if (way === 'by gRPC')
      it('lets no field through in which the client describes another request', async () => {
        // A head has a hundred fields at most.
        const names = OVERRIDE_FIELDS.map(({ name: field }) => field)
        for (const some of [names.slice(0, 60), names.slice(60)]) {
          const arrived = await askWith({
            target: '/orders/1',
            headers: some.map((field) => [field, 'mallory']),
          })
          // Envoy appends to X-Forwarded-For what it knows, and writes the others.
          const left = arrived.filter(
            (field) => field.includes('mallory') && !field.startsWith('x-forwarded-for'),
          )
          expect(left).toEqual([])
        }
      })
  })
}

for (const [way, name, , front] of WAYS) {
  liveSuite(`Envoy that asks ${way}, set otherwise`, ['envoy'], () => {
    const cleanup = createCleanup()
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    afterAll(() => cleanup.run())

    const start = (edit: (text: string) => string): Promise<ConformanceSite> =>
      startConformanceSite(
        { ...site(name), start: (at, ending) => front({ ...at, editSnippet: edit }, ending) },
        cleanup,
      )
    const statusOf = async (
      { port, mint }: ConformanceSite,
      target: string,
      method = 'GET',
    ): Promise<string> => {
      const headers = [['Authorization', `Bearer ${mint()}`]] as const
      const { status, values } = await ask(port, { method, target, headers })
      return [status, ...values('x-decision-reason')].join(' ')
    }

    it('lets a policy judge that its configuration names, whatever the path says', async () => {
      const guarded = await start((text) =>
        text.replace('path_prefix: /v1/auth/envoy', 'path_prefix: /v1/auth/envoy-policy/write').replace(
          'route: { cluster: application, timeout: 0s }',
          `route: { cluster: application, timeout: 0s }
                          typed_per_filter_config:
                            envoy.filters.http.ext_authz:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              check_settings: { context_extensions: { policy: write } }`,
        ),
      )
      for (const target of ['/orders/1', '/public/1', '/read/x', '/envoy-policy/read/x'])
        expect([target, await statusOf(guarded, target)]).toEqual([target, '403 scope_missing'])
    })

    it('passes nothing that Warder does not know: a policy that does not exist', async () => {
      const guarded = await start((text) =>
        text.replace('path_prefix: /v1/auth/envoy', 'path_prefix: /v1/auth/envoy-policy/nobody').replace(
          'route: { cluster: application, timeout: 0s }',
          `route: { cluster: application, timeout: 0s }
                          typed_per_filter_config:
                            envoy.filters.http.ext_authz:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              check_settings: { context_extensions: { policy: nobody } }`,
        ),
      )
      expect(await statusOf(guarded, '/public/1')).toBe(name === 'envoy' ? '404' : '403 origin_missing')
      expect(guarded.app.received).toEqual([])
    })

    it('passes on no field by which a client could steer Envoy', async () => {
      const guarded = await start((text) => text)
      const steering = ['X-Envoy-Upstream-Rq-Timeout-Ms', 'x-envoy-retry-on', 'X-Envoy-Anything']
      const headers = [...steering, 'Authorization'].map((field) =>
        field === 'Authorization' ? ([field, `Bearer ${guarded.mint()}`] as const) : ([field, '1'] as const),
      )
      expect((await ask(guarded.port, { target: '/orders/1', headers })).status).toBe(200)
      const arrived = guarded.app.received.at(-1)?.headers.map(([field]) => field.toLowerCase()) ?? []
      for (const field of steering) expect(arrived).not.toContain(field.toLowerCase())
    })

    it('does not let a target without a slash reach another endpoint', async () => {
      const guarded = await start((text) => text)
      for (const target of ['-policy/read/orders/1', '-policy/read/x', '.', '*', 'x'])
        expect([target, (await ask(guarded.port, { target })).status >= 400]).toEqual([target, true])
      expect(guarded.app.received).toEqual([])
      expect(guarded.decisions).toEqual([])
    })

    it('serves HTTP/2 with TLS, on which clients cannot choose the scheme', async () => {
      const { certFile, keyFile } = ca.issue('api.example.com')
      const guarded = await startConformanceSite(
        {
          ...site(name),
          start: ({ decisions, identityNames, upstream, port }, ending) => {
            const write = name === 'envoy' ? envoySnippet : envoyGrpcSnippet
            const text = write({
              ...BASE,
              decisions: [decisions],
              identityNames,
              upstream,
              certificate: { certFile, keyFile },
              listen: `127.0.0.1:${port}`,
            })
            return startEnvoy(text, port, ending)
          },
        },
        cleanup,
      )
      const session = connect('https://api.example.com', {
        host: '127.0.0.1',
        port: guarded.port,
        servername: 'api.example.com',
        ca: ca.ca,
      })
      cleanup.add(() => session.destroy())
      const answer = await answerOf(
        session.request({
          ':path': '/orders/1',
          ':scheme': 'http',
          'x-forwarded-proto': 'http',
          authorization: `Bearer ${guarded.mint()}`,
        }),
      )
      expect(answer.status).toBe(200)
      expect(guarded.decisions.at(-1)?.request.scheme).toBe('https')
      // Envoy asks about `!` in place of each such byte: an E9, and an overlong `../`.
      for (const path of [
        '/orders/\u00e9',
        '/orders/\u00c0\u00ae\u00c0\u00ae\u00c0\u00afclosed/1',
        '/orders/1?\u00e9',
      ]) {
        const authorization = `Bearer ${guarded.mint()}`
        const refused = await answerOf(session.request({ ':path': path, authorization }))
        expect([path, refused.status]).toEqual([path, 403])
      }
      expect(guarded.app.received.map(({ target }) => target)).toEqual(['/orders/1'])
    })

    it('denies a path that Envoy does not show, without the filter that refuses it', async () => {
      const guarded = await start((text) =>
        text.replace(/^ {18}- name: envoy\.filters\.http\.rbac\n(?:^ {20}.*\n)*/m, ''),
      )
      // With prior knowledge: Envoy accepts HTTP/2 without TLS, too.
      const session = connect(`http://127.0.0.1:${guarded.port}`)
      cleanup.add(() => session.destroy())
      for (const path of [
        '/orders/\u00e9',
        '/orders/\u00c0\u00ae\u00c0\u00ae\u00c0\u00afclosed/1',
        '/public/\u00ff',
      ]) {
        const authorization = `Bearer ${guarded.mint()}`
        const fields = { ':authority': 'api.example.com', ':path': path, authorization }
        const { status, headers } = await answerOf(session.request(fields))
        expect([path, status, headers['x-decision-reason']]).toEqual([path, 403, 'path_ambiguous'])
      }
      expect(guarded.app.received).toEqual([])
    })

    if (name === 'envoy-grpc')
      it('has reason, route and identity as dynamic metadata, for access logs and later filters', async () => {
        const namespace = 'envoy.filters.http.ext_authz'
        const guarded = await start((text) =>
          text.replace(
            'route: { cluster: application, timeout: 0s }',
            `route: { cluster: application, timeout: 0s }
                          response_headers_to_add:
                            - header: { key: x-seen, value: "%DYNAMIC_METADATA(${namespace}:reason)% %DYNAMIC_METADATA(${namespace}:route)% %DYNAMIC_METADATA(${namespace}:identity:x-auth-subject)%" }`,
          ),
        )
        const headers = [['Authorization', `Bearer ${guarded.mint()}`]] as const
        const answer = await ask(guarded.port, { target: '/orders/1', headers })
        expect(answer.values('x-seen')).toEqual(['ok orders alice'])
      })

    if (name === 'envoy')
      it('asks over h2c as well', async () => {
        const guarded = await start((text) =>
          text.replace('{ http_protocol_options: {} }', '{ http2_protocol_options: {} }'),
        )
        expect(await statusOf(guarded, '/orders/1')).toBe('200')
        expect(await statusOf(guarded, '/items/1', 'DELETE')).toBe('403 scope_missing')
        expect(await statusOf(guarded, '/closed/1')).toBe('403 route_denied')
        expect(guarded.app.received).toHaveLength(1)
      })
  })
}
