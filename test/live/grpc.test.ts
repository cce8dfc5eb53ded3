import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { callGrpc, PEERS, startGrpcServer } from '../support/live/grpc-peers.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { mint } from '../support/mint.ts'
import { runGateway } from '../support/run-gateway.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'
import { createTestCa } from '../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TOKEN = mint({ scope: 'calls' })

/** Every call needs the scope `calls`. */
const gatewayTo = (server: string, listen = 'h2c: true', upstream = '') =>
  runGateway(
    `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  calls: { scope: calls, identity: { X-Auth-Subject: sub } }
routes:
  - { match: { host: api.example.com, path: /test.Peer/* }, policy: calls, upstream: app }
upstreams:
  app: { servers: ["${server}"]${upstream} }
listen: { decisions: 127.0.0.1:0, admin: off, gateway: { address: "127.0.0.1:0", ${listen} } }
drain: 0s
`,
    cleanup,
  )

/** How each call ends, whoever makes it and whoever answers it. */
const OUTCOMES = {
  unary: { code: 'OK', text: 'hello h1 00ff t1' },
  // 10 MB there and back.
  large: { code: 'OK', text: 'true' },
  down: { code: 'OK', text: '1000 999' },
  up: { code: 'OK', text: '100 1000000' },
  bidi: { code: 'OK', text: '50' },
  fail: { code: 'FAILEDPRECONDITION', text: 'not now: ä % done' },
  fail_early: { code: 'RESOURCEEXHAUSTED', text: 'enough' },
  // The server has noticed the calls that ended at their deadline, and by the client.
  cancelled: { code: 'OK', text: '2' },
}

liveSuite('gRPC through the gateway', ['grpc-peer', 'grpcio', 'python3', 'openssl'], () => {
  for (const server of PEERS)
    for (const client of PEERS)
      it(`goes in both directions between a client on ${client} and a server on ${server}`, async () => {
        const port = await startGrpcServer(server, cleanup)
        const gateway = await gatewayTo(`h2c://127.0.0.1:${port}`)
        const found = await callGrpc(client, gateway.port, { token: TOKEN })
        expect(found).toMatchObject(OUTCOMES)
        expect(found['deadline']?.code).toBe('DEADLINEEXCEEDED')
        expect(found['cancel']?.code).toMatch(/^CANCELL?ED$/)
        const metadata = JSON.parse(found['metadata']?.text ?? '{}') as Record<string, readonly string[]>
        expect(metadata).toMatchObject({
          'x-own': ['1'],
          'x-auth-subject': ['alice'],
          'x-forwarded-for': ['127.0.0.1'],
        })
        if (client === 'grpc-go') expect(found['many']).toEqual({ code: 'OK', text: '200' })
        if (client === 'grpc-go') expect(found['unknown']?.code).toBe('UNIMPLEMENTED')
      })

  it('goes over TLS on both sides', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('api.example.com', 'localhost')
    const port = await startGrpcServer('grpc-go', cleanup, { certFile, keyFile })
    const gateway = await gatewayTo(
      `https://localhost:${port}`,
      `tls: [{ cert_file: ${certFile}, key_file: ${keyFile} }]`,
      `, ca_file: ${ca.caFile}, protocol: http2`,
    )
    const tls = { caFile: ca.caFile, name: 'api.example.com' }
    expect(await callGrpc('grpc-go', gateway.port, { token: TOKEN, tls })).toMatchObject(OUTCOMES)
  })

  for (const client of PEERS)
    it(`tells a client on ${client} why it was not let through`, async () => {
      const port = await startGrpcServer('grpc-go', cleanup)
      const gateway = await gatewayTo(`h2c://127.0.0.1:${port}`)
      const only = ['unary', 'bidi', 'down']
      for (const [token, code, reason] of [
        ['', 'UNAUTHENTICATED', 'token_missing'],
        [mint({ scope: 'other' }), 'PERMISSIONDENIED', 'scope_missing'],
      ] as const) {
        const found = await callGrpc(client, gateway.port, { token, only })
        expect(Object.values(found).map((one) => one.code)).toEqual([code, code, code])
        expect(found['unary']?.text).toContain(`: ${reason}, decision `)
      }
    })

  for (const client of PEERS)
    it(`tells a client on ${client} that no server is there`, async () => {
      const gateway = await gatewayTo(`h2c://127.0.0.1:${await freePort()}`)
      const found = await callGrpc(client, gateway.port, { token: TOKEN, only: ['unary'] })
      expect(found['unary']).toMatchObject({
        code: 'UNAVAILABLE',
        text: expect.stringContaining('connect_failed'),
      })
    })
})
