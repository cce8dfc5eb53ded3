/** `warder dev`: the built-in issuer, the example configuration, and three requests to paste. */
import { loadInstanceText } from '../../app/load-instance.ts'
import { openService, type Service } from '../../app/service.ts'
import { endLog, stopSignal } from '../../app/process-end.ts'
import { systemKeyDeps } from '../../app/system.ts'
import { DIALECTS, endpointPath } from '../../callers/callers.ts'
import { createHttpListener } from '../../server/http-listener.ts'
import { localOnly } from '../../server/local-only.ts'
import { createIssuerHandler } from '../../testing/serve-issuer.ts'
import { createTestIssuer } from '../../testing/test-issuer.ts'
import type { Cli } from '../cli.ts'
import { openLog } from '../open-log.ts'
import { consoleUrl } from '../console-url.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { reportFailure } from '../open-instance.ts'

export interface DevOptions {
  readonly decisions: string
  readonly admin: string
  readonly printConfig?: true
}

/** Runs until a signal. @throws WarderError ERR_SERVER_LISTEN */
export async function runDev(cli: Cli, { decisions, admin, printConfig }: DevOptions): Promise<ExitCode> {
  if (printConfig === true) {
    cli.stdout.write(devConfig('https://idp.example.com', decisions, admin))
    return EXIT.ok
  }
  const issuer = startIssuer()
  try {
    return await serveExample(cli, issuer.url, devConfig(issuer.url, decisions, admin))
  } finally {
    // Whatever ended it: a listener left open would keep the process.
    await issuer.stop()
  }
}

async function serveExample(cli: Cli, issuerUrl: string, config: string): Promise<ExitCode> {
  const loaded = await loadInstanceText(config, 'the built-in example', systemKeyDeps)
  // The text is ours; only the addresses come from outside.
  if (!loaded.ok) return reportFailure(cli, loaded.error)
  await loaded.value.started
  const { logger, setStyle } = openLog(cli)
  setStyle(loaded.value)
  const service = await openService(loaded.value, logger)
  cli.stderr.write(banner(service, issuerUrl, nameOf(cli)))
  await stopSignal()
  await service.stop(0)
  await endLog(logger)
  return EXIT.ok
}

/** How the program is called here: from a clone by npm, else by its name. */
const nameOf = ({ env }: Cli): string =>
  env['npm_lifecycle_event'] === undefined ? 'warder' : 'npm run -s warder --'

/** Audience of the example. */
const DEV_AUDIENCE = 'api://orders'

/** @param issuer URL of the built-in issuer. @param decisions and @param admin listen addresses. */
export const devConfig = (issuer: string, decisions: string, admin: string): string => `version: 1
issuers:
  - name: dev
    issuer: ${issuer}
    audience: ${DEV_AUDIENCE}
    keys: { jwks_url: ${issuer}/jwks, allow_http: true }
policies:
  orders-read:
    scope: orders:read
    identity: { X-Auth-Subject: sub, X-Auth-Scope: scope }
  orders-write:
    scope: orders:write
    identity: { X-Auth-Subject: sub, X-Auth-Scope: scope }
routes:
  - { name: health, match: { path: /healthz }, access: public }
  - { name: read, match: { host: api.example.com, path: /orders/**, method: [GET, HEAD] }, policy: orders-read }
  - { name: write, match: { host: api.example.com, path: /orders/** }, policy: orders-write }
listen: { decisions: "${decisions}", admin: "${admin}" }
drain: 0s
`

/** The issuer on a free loopback port. */
function startIssuer(): { readonly url: string; stop(): Promise<void> } {
  let handle: (request: Request) => Response = () => new Response(null, { status: 503 })
  const paths = ['/.well-known/openid-configuration', '/jwks', '/token']
  const routes = Object.fromEntries(paths.map((path) => [path, (request: Request) => handle(request)]))
  const listener = createHttpListener(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    localOnly(routes, () => []),
  )
  const url = `http://${listener.address}`
  const issuer = createTestIssuer(url)
  const defaults = { audience: DEV_AUDIENCE, subject: 'alice', scope: 'orders:read' }
  handle = createIssuerHandler(
    () => issuer,
    defaults,
    () => Date.now(),
  )
  return { url, stop: () => listener.stop() }
}

/** Any dialect will do: curl takes the place of the proxy. */
const [DIALECT] = DIALECTS

/** The original request, as that dialect names it. */
const fieldsOf = (method: string): string =>
  Object.entries(DIALECT.originalRequest(method, 'https://api.example.com/orders/42').fields)
    .map(([name, value]) => `-H '${name}: ${value}'`)
    .join(' ')

function banner(service: Service, issuerUrl: string, program: string): string {
  const [decisions, admin] = service.addresses
  const request = (method: string, token: string): string =>
    `curl -i ${token}${fieldsOf(method)} http://${decisions}${endpointPath(DIALECT)}`
  const bearer = `-H "Authorization: Bearer $(curl -s '${issuerUrl}/token')" `
  return `
warder dev: a built-in issuer and an example configuration. For a first look, never for production:
anybody on this machine can mint tokens, and they are worthless elsewhere.

  decisions  http://${decisions}     what your proxy asks; here, curl asks as nginx would
  console    ${consoleUrl(admin) ?? '–'}    open it in a browser: decisions, keys, health
  issuer     ${issuerUrl}    discovery, /jwks, /token?scope=…&sub=…

Paste into another terminal:

  # 200: alice may read orders
  ${request('GET', bearer)}

  # 401: no token
  ${request('GET', '')}

  # 403: alice's token has no orders:write
  ${request('DELETE', bearer)}

The configuration behind it:  ${program} dev --print-config
Your own:                     ${program} serve -c warder.yaml
The text for your proxy:      ${program} snippet --help
Denials are logged here, one line each. Ctrl-C stops.
`
}
