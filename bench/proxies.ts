/** nginx and HAProxy as measured processes: one process each, in front of the same application. */
import { whichProgram } from '../tools/programs.ts'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'

/** URL of the proxy; every path is guarded, and Warder's route allows this one. */
export const proxyUrl = (port: number, file: string = 'orders/4711?expand=lines'): string =>
  `http://127.0.0.1:${port}/service-0/${file}`

interface GuardedPorts {
  readonly warder: number
  readonly app: number
}

/** nginx that asks Warder by `auth_request`, keeping its connections open. */
export async function startNginx(
  bench: Bench,
  ports: GuardedPorts,
  headers: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await findFreePort()
  const url = proxyUrl(port)
  const http = guardedHttpText(port, ports)
  return { pid: await startNginxProcess(bench, { name: 'nginx', http, url, headers }), port }
}

/** HAProxy with its own verification: signature, issuer, audience, expiry. */
export async function startHaproxy(
  bench: Bench,
  ports: { readonly app: number },
  minter: Minter,
  headers: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await findFreePort()
  const key = await bench.write('key.pem', minter.verifyWith)
  const file = await bench.write('haproxy.cfg', haproxyText(port, ports.app, minter.algorithm, key))
  return { pid: await bench.start([whichProgram('haproxy'), '-f', file], proxyUrl(port), headers), port }
}

const guardedHttpText = (
  port: number,
  { warder, app }: GuardedPorts,
): string => `upstream warder { server 127.0.0.1:${warder}; keepalive 64; keepalive_requests 1000000000; }
  upstream app { server 127.0.0.1:${app}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location = /_warder {
      internal;
      proxy_pass http://warder/v1/auth/nginx;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URL https://api.bench.example$request_uri;
    }
    location / {
      auth_request /_warder;
      auth_request_set $subject $upstream_http_x_auth_subject;
      proxy_set_header X-Auth-Subject $subject;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://app;
    }
  }`

function haproxyText(port: number, app: number, algorithm: string, key: string): string {
  return `global
  nbthread 1
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  http-reuse always
frontend guard
  bind 127.0.0.1:${port}
  http-request set-var(txn.token) http_auth_bearer
  http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.token),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.token),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
  http-request set-var(txn.sub) var(txn.token),jwt_payload_query('$.sub')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless { var(txn.alg) -m str ${algorithm} }
  http-request deny deny_status 401 unless { var(txn.iss) -m str ${ISSUER} }
  http-request deny deny_status 401 unless { var(txn.aud) -m str ${AUDIENCE} }
  http-request deny deny_status 401 unless { var(txn.token),jwt_verify(txn.alg,"${key}") -m int 1 }
  http-request deny deny_status 401 unless { var(txn.exp) -m found }
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request set-header X-Auth-Subject %[var(txn.sub)]
  default_backend app
backend app
  server app 127.0.0.1:${app}
`
}
