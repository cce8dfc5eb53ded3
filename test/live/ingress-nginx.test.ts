/** The printed manifests for ingress-nginx, in a real nginx with the lines that the controller writes for them. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { parseAllDocuments } from 'yaml'
import { ingressNginxSnippet } from '../../src/callers/ingress-nginx/snippet.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import type { StartFront } from '../support/live/front.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startNginx } from '../support/live/nginx.ts'
import { foldedValues } from '../support/live/spoofed-identity.ts'
import { H2C } from '../support/live/upgrades.ts'

const PREFIX = 'nginx.ingress.kubernetes.io/'

interface Manifest {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
}

/** As the controller's template (1.15): the variables are named differently there. */
function controllerText(manifests: string, port: number, upstream: string): string {
  const [ingress, controller, removed] = parseAllDocuments(manifests).map((one) => one.toJS() as Manifest)
  const annotations = ingress?.metadata.annotations ?? {}
  const names = (annotations[`${PREFIX}auth-response-headers`] ?? '').split(',')
  const variable = (name: string): string => name.toLowerCase().replaceAll('-', '_')
  return `
map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
${controller?.data?.['http-snippet'] ?? ''}
server {
  listen 127.0.0.1:${port};
  server_name api.example.com other.example.com;
  ${controller?.data?.['server-snippet'] ?? ''}
  location = /_external-auth {
    internal;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-Proto "";
    proxy_set_header X-Request-ID $request_id;
    proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Sent-From "nginx-ingress-controller";
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Auth-Request-Redirect $request_uri;
    proxy_http_version 1.1;
    client_max_body_size 1m;
    proxy_pass ${annotations[`${PREFIX}auth-url`]};
  }
  location / {
    auth_request /_external-auth;
${names.map((name, i) => `    auth_request_set $authHeader${i} $upstream_http_${variable(name)};\n    proxy_set_header '${name}' $authHeader${i};`).join('\n')}
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Request-ID $request_id;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Scheme $scheme;
    proxy_set_header X-Scheme $scheme;
    proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
    proxy_set_header Proxy "";
${Object.entries(removed?.data ?? {})
  .map(([name, value]) => `    proxy_set_header ${name} "${value}";`)
  .join('\n')}
    proxy_pass ${upstream};
  }
}
proxy_headers_hash_max_size 2048;
proxy_headers_hash_bucket_size 128;
`
}

const front: StartFront = ({ decisions, identityNames, upstream, port, editSnippet }, cleanup) => {
  const text = ingressNginxSnippet({
    decisions: [decisions],
    identityNames,
    service: { name: 'app', port: 80 },
    serverNames: ['api.example.com'],
    namespace: 'default',
    controllerNamespace: 'ingress-nginx',
  })
  return startNginx(controllerText(editSnippet(text), port, upstream), port, cleanup)
}

liveSuite('the manifests for ingress-nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front })
  })
  afterAll(() => cleanup.run())

  it('let a good token through, with its identity', async () => {
    const headers = [
      ['X-Auth-Subject', 'mallory'],
      ['X_Auth_Subject', 'mallory'],
      ['X-Auth-Roles', 'admin'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Original-URL', '/closed/1'],
      ['Forwarded', 'host=closed.example.com'],
    ] as const
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
    const request = site.app.received.at(-1)
    expect(foldedValues(request, 'X-Auth-Subject')).toEqual(['alice'])
    for (const name of ['X-Auth-Roles', 'X-HTTP-Method-Override', 'X-Original-URL', 'Forwarded'])
      expect([name, foldedValues(request, name)]).toEqual([name, []])
    expect(request?.values('X-Decision-Id')).toHaveLength(1)
  })

  it('name the client to the log, and never the one that it claims to be', async () => {
    const claimed = '198.51.100.7'
    const headers = ['X-Forwarded-For', 'X-Real-IP', 'X-Envoy-External-Address'].map(
      (name) => [name, claimed] as const,
    )
    expect((await site.ask({ target: '/orders/1', from: '127.0.0.2', headers })).status).toBe(401)
    expect(site.warder.log.at(-1)?.fields).toMatchObject({ reason: 'token_missing', client: '127.0.0.2' })
  })

  it('deny with status and, on 401, the challenge', async () => {
    const missing = await site.ask({ target: '/orders/1' })
    expect([missing.status, missing.values('WWW-Authenticate')]).toEqual([401, ['Bearer realm="warder"']])
    const forbidden = await site.ask({ target: '/write/1' }, site.mint())
    expect([forbidden.status, forbidden.values('WWW-Authenticate')]).toEqual([403, []])
  })

  it('refuse a request whose target names another host than its Host field', async () => {
    const before = site.app.received.length
    const target = 'http://other.example.com/public/1'
    expect((await site.ask({ target, host: 'api.example.com' })).status).toBe(400)
    expect(site.app.received.length).toBe(before)
    for (const host of ['api.example.com', 'API.example.com', 'api.example.com:80', 'api.example.com.'])
      expect([host, (await site.ask({ target: '/public/1', host })).status]).toEqual([host, 200])
  })

  it('would judge that request by its Host field without the text for the controller', async () => {
    const editSnippet = (text: string): string =>
      text.replace('if ($warder_refuses_host) { return 400; }', '')
    const lax = await startGuardedSite(cleanup, { front, editSnippet })
    await lax.ask({ target: 'http://other.example.com/public/1', host: 'api.example.com' })
    // No route names other.example.com: judged by it, the request would be denied.
    expect(lax.app.received.at(-1)?.values('Host')).toEqual(['other.example.com'])
  })

  it('refuse every change of protocol except to WebSocket', async () => {
    const websocket = (upgrade: string) =>
      [
        ['Connection', 'Upgrade'],
        ['Upgrade', upgrade],
      ] as const
    for (const headers of [H2C, websocket('TLS/1.2'), websocket('websocket, h2c')])
      expect((await site.ask({ target: '/public/1', headers })).status).toBe(400)
    expect((await site.ask({ target: '/public/1', headers: websocket('WebSocket') })).status).toBe(200)
    expect(site.app.received.at(-1)?.values('Upgrade')).toEqual(['WebSocket'])
  })
})
