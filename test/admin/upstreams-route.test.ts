/** The servers of all processes as one. */
import { expect, it } from 'bun:test'
import { mergeAuthServices, mergeServers, UPSTREAMS_ANSWER } from '../../src/admin/upstreams-route.ts'
import type { GatewayReport, ServerState } from '../../src/gateway/gateway-report.ts'

const SERVER: ServerState = {
  upstream: 'orders',
  server: 'http://app:8000',
  address: '10.0.0.5',
  active: 1,
  isUp: null,
  ejectedForMs: 0,
  ejections: 0,
}
const report = (...servers: readonly Partial<ServerState>[]): GatewayReport => ({
  servers: servers.map((server) => ({ ...SERVER, ...server })),
  authServices: [
    { service: 'https://auth/check', questions: { allowed: 1, denied: 2, failed: 3, remembered: 4 } },
  ],
})

/** What each process says of the server, and what comes of it. */
const STATES: readonly (readonly [readonly Partial<ServerState>[], string, number])[] = [
  [[{}, {}], 'healthy', 0],
  [[{ ejectedForMs: 900.4 }, {}], 'mixed', 1],
  [[{ ejectedForMs: 1 }, { ejectedForMs: 2 }], 'ejected', 2],
  [[{ isUp: false }, { isUp: false }], 'down', 2],
  [[{ isUp: false }, { isUp: true }], 'mixed', 1],
  [[{ isUp: false }, { isUp: true, ejectedForMs: 5 }], 'ejected', 2],
]
for (const [views, state, leftAloneBy] of STATES) {
  it(`${JSON.stringify(views)} is ${state}`, () => {
    const servers = mergeServers(views.map((view) => report(view)))
    expect(servers).toMatchObject([{ state, leftAloneBy, processes: 2, active: 2 }])
    UPSTREAMS_ANSWER.parse({ schema: 'warder.upstreams/v1', servers, authServices: [] })
  })
}

it('addresses of one name are separate, and questions to an auth service are summed', () => {
  const reports = [report({}, { address: '10.0.0.6' }), report({})]
  expect(mergeServers(reports).map(({ address, processes }) => [address, processes])).toEqual([
    ['10.0.0.5', 2],
    ['10.0.0.6', 1],
  ])
  expect(mergeAuthServices(reports)).toEqual([
    { service: 'https://auth/check', questions: { allowed: 2, denied: 4, failed: 6, remembered: 8 } },
  ])
})
