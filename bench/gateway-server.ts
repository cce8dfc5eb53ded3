/** `warder serve` as the measured gateway, in front of an application on a loopback port. */
import type { AppPorts } from './apps.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import type { Minter } from './tokens.ts'
import { WARDER_FROM_SOURCE } from './warder-command.ts'
import { configText } from './warder-server.ts'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

export interface GatewayOptions {
  readonly minter: Minter
  readonly apps: AppPorts
  /** How many routes; the last one is guarded. Default and minimum: 3. */
  readonly routes?: number
  /** The port of an auth service that judges {@link askedUrl}. Default: there is no such path. */
  readonly service?: number
  /** A second listener, over TLS. */
  readonly tls?: TlsFiles & { readonly port: number }
}

/** Path of a file of the application, requested with a token from each proxy and the gateway. */
export const guardedUrl = (port: number, file: string): string => `http://127.0.0.1:${port}/guarded/${file}`

/** The same on a public route of the gateway. */
export const publicUrl = (port: number, file: string): string => `http://127.0.0.1:${port}/public/${file}`

/** The same on a route that an auth service judges. */
export const askedUrl = (port: number, file: string): string => `http://127.0.0.1:${port}/asked/${file}`

/** Path for uploads. */
export const uploadUrl = (port: number): string => `http://127.0.0.1:${port}/upload`

/** Starts it and waits for the first answer of the application. */
export async function startGateway(bench: Bench, options: GatewayOptions): Promise<RunningServer> {
  const { minter, apps, routes = 3, service, tls } = options
  const port = await findFreePort()
  const text = await configText(bench, minter, {
    routes: routesText(routes, service),
    listen: `gateway: ["127.0.0.1:${port}"${tlsText(tls)}], decisions: "127.0.0.1:${await findFreePort()}"`,
    more: `upstreams:
  content: { servers: ["http://127.0.0.1:${apps.content}"] }
  sink: { servers: ["http://127.0.0.1:${apps.sink}"] }
`,
  })
  const file = await bench.write(`gateway-${port}.yaml`, text)
  const serve = [...WARDER_FROM_SOURCE, 'serve', '-c', file]
  const headers = { Authorization: `Bearer ${minter.mint(0)}` }
  return { pid: await bench.start(serve, guardedUrl(port, '1KiB'), headers), port }
}

const tlsText = (tls: GatewayOptions['tls']): string =>
  tls === undefined
    ? ''
    : `, { address: "127.0.0.1:${tls.port}", tls: [{ cert_file: ${tls.certFile}, key_file: ${tls.keyFile} }] }`

function routesText(routes: number, service: number | undefined): string {
  const other = (index: number): string =>
    `  - { name: service-${index}, match: { path: /service-${index}/** }, policy: read, upstream: content }`
  const asked = [
    '  - { name: public, match: { path: /public/** }, access: public, upstream: content }',
    '  - { name: upload, match: { path: /upload }, policy: read, upstream: sink }',
    '  - { name: guarded, match: { path: /guarded/** }, policy: read, upstream: content }',
  ]
  const others = Array.from({ length: routes - asked.length }, (_, index) => other(index))
  if (service !== undefined)
    others.push(
      `  - { name: asked, match: { path: /asked/** }, forward_auth: { url: "http://127.0.0.1:${service}/" }, upstream: content }`,
    )
  return [...others, ...asked].join('\n')
}
