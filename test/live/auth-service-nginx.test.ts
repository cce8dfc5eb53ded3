import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startAuthSite, type AuthSite } from '../support/auth-site.ts'
import { expectTranscript, recordTranscript } from '../support/auth-transcript.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { startNginx } from '../support/live/nginx.ts'
import type { RawRequest } from '../support/live/raw-client.ts'
import { startRecordingRelay, type RecordingRelay } from '../support/live/recording-relay.ts'

/** By the path of the original request, and for `/session` by its cookie. */
const service = (port: number): string => `
map $http_x_original_uri $verdict { ~^/as/(?<said>\\d+) $said; default 401; }
map $verdict $challenge { 401 'Bearer realm="nginx"'; default ''; }
map $cookie_sid $user { good alice; default ''; }
server {
  listen 127.0.0.1:${port};
  location = /auth {
    if ($http_x_original_uri ~ ^/session) { rewrite ^ /session last; }
    add_header X-User bob;
    add_header WWW-Authenticate $challenge always;
    if ($verdict = 200) { return 200; }
    if ($verdict = 204) { return 204; }
    if ($verdict = 302) { return 302 /public/login; }
    if ($verdict = 403) { return 403; }
    if ($verdict = 500) { return 500; }
    return 401;
  }
  location = /session {
    internal;
    if ($user = '') { return 401; }
    add_header X-User $user;
    add_header X-Roles "clerk, admin";
    return 204;
  }
}
`

const SPOOFED = [
  ['x_auth_user', 'root'],
  ['X-User', 'root'],
] as const
const CASES: Readonly<Record<string, RawRequest>> = {
  'allow-200': { target: '/as/200?a=%2F' },
  'allow-204': { target: '/as/204', headers: SPOOFED },
  'denied-401': { target: '/as/401' },
  'denied-403': { target: '/as/403' },
  'redirect-is-an-error': { target: '/as/302', headers: [['Accept', 'text/html']] },
  'error-500': { target: '/as/500' },
  'session-cookie': { target: '/session', headers: [['Cookie', 'a=b; sid=good'], ...SPOOFED] },
  'session-of-a-post': { method: 'POST', target: '/session', headers: [['Cookie', 'sid=good']], body: 'a=b' },
  'no-session': { target: '/session', headers: [['Cookie', 'sid=bad']] },
}

liveSuite('forward_auth with a service for nginx, in a real nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: AuthSite
  let relay: RecordingRelay
  let port = 0
  beforeAll(async () => {
    port = await freePort()
    await startNginx(service(port), port, cleanup)
    relay = await startRecordingRelay(port, cleanup)
    site = await startAuthSite(cleanup, 'A service for nginx', { 'http://127.0.0.1:4000': relay.url })
  })
  afterAll(() => cleanup.run())

  for (const [name, request] of Object.entries(CASES)) {
    it(name, async () => {
      const text = await recordTranscript(
        site,
        request,
        () => relay.exchanges().at(-1),
        ['X-Auth-User', 'X-Auth-Roles', 'X_Auth_User'],
        { [`127.0.0.1:${relay.port}`]: '{service}', [`127.0.0.1:${port}`]: '{nginx}' },
      )
      expectTranscript('nginx', name, text)
    })
  }

  it('is asked over connections that are kept; nginx closes its own after a 500', () => {
    expect(relay.exchanges().length).toBe(Object.keys(CASES).length)
    expect(relay.connections()).toBe(2)
  })
})
