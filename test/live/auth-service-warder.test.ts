import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startAuthSite, type AuthSite } from '../support/auth-site.ts'
import { expectTranscript, recordTranscript } from '../support/auth-transcript.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { startRecordingRelay, type RecordingRelay } from '../support/live/recording-relay.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { mint } from '../support/mint.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const serviceConfig = (port: number): string => `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  read: { scope: orders:read, identity: { X-Auth-Subject: sub, X-Auth-Roles: roles } }
routes:
  - { name: public, match: { path: /public/** }, access: public }
  - { name: closed, match: { path: /closed/** }, access: deny }
  - { name: read, match: { path: /orders/**, method: [GET, POST] }, policy: read }
listen: { decisions: "127.0.0.1:${port}", admin: off }
`

const GOOD = mint({ scope: 'orders:read', sub: 'alice', roles: ['clerk', 'admin'] })
const NARROW = mint({ scope: 'profile', sub: 'bob' })
const bearer = (token: string): readonly (readonly [string, string])[] => [
  ['Authorization', `Bearer ${token}`],
]

const CASES: Readonly<Record<string, RawRequest>> = {
  allow: {
    target: '/orders/17?expand=%6Cines',
    headers: [...bearer(GOOD), ['X-Auth-Subject', 'root'], ['x_auth_roles', 'root']],
  },
  'allow-a-post': { method: 'POST', target: '/orders', headers: bearer(GOOD), body: 'a=b' },
  'allow-a-public-path': { target: '/public/x', headers: [['X-Auth-Subject', 'root']] },
  'no-token': { target: '/orders/17' },
  'scope-is-missing': { target: '/orders/17', headers: bearer(NARROW) },
  'method-is-not-allowed': { method: 'DELETE', target: '/orders/17', headers: bearer(GOOD) },
  'path-is-closed': { target: '/closed/x', headers: bearer(GOOD) },
  'said-to-be-another-request': {
    target: '/closed/x',
    headers: [
      ['X-Original-URL', 'http://api.example.com/public/x'],
      ['X-Forwarded-Uri', '/public/x'],
      ['X-Original_URL', 'http://api.example.com/public/x'],
    ],
  },
}

liveSuite('forward_auth with the decision API of another Warder', [], () => {
  const cleanup = createCleanup()
  let site: AuthSite
  let relay: RecordingRelay
  beforeAll(async () => {
    const port = await freePort()
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(file, serviceConfig(port))
    await startServe(file, port, cleanup)
    relay = await startRecordingRelay(port, cleanup)
    site = await startAuthSite(cleanup, 'Another Warder', { 'http://127.0.0.1:9180': relay.url })
  })
  afterAll(() => cleanup.run())

  for (const [name, request] of Object.entries(CASES)) {
    it(name, async () => {
      const text = await recordTranscript(
        site,
        request,
        () => relay.exchanges().at(-1),
        ['X-Auth-Subject', 'X-Auth-Roles', 'X_Auth_Roles'],
        { [`127.0.0.1:${relay.port}`]: '{service}', [GOOD]: '{good}', [NARROW]: '{narrow}' },
      )
      expectTranscript('warder', name, text)
    })
  }

  it('does not ask about a path with two readings', async () => {
    const before = relay.exchanges().length
    const got = await ask(site.gateway.port, { target: '/public/..%2fclosed/x', headers: bearer(GOOD) })
    expect([got.status, ...got.values('x-decision-reason')]).toEqual([403, 'path_ambiguous'])
    expect(relay.exchanges().length).toBe(before)
  })

  it('has connections that are kept', () => expect(relay.connections()).toBe(1))
})
