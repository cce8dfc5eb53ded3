/** The shape of a configuration of Goma Gateway: that of 0.2, and what the newer one calls otherwise. */
import { parseHost, parseMethod } from '../config/check-text.ts'
import { parseListenAddress } from '../config/listen-address.ts'
import { parseNetwork } from '../config/network.ts'
import {
  anything,
  durationMs,
  either,
  flag,
  listOf,
  literalText,
  optionalList,
  strictMap,
  plainText,
  text,
  textOrNumber,
  wholeNumber,
} from '../config/schema-leaf.ts'
import type { Output } from '../config/schema-leaf.ts'
import { parseServerUrl } from '../config/server-url.ts'
import { noEffect, notedKeys, refused } from './goma-keys.ts'
import { parseProtectedPath, parseRoutePath } from './goma-paths.ts'

const LOGS = 'Warder logs to standard output; every denial is logged with its reason'
const HEALTH = 'the admin listener answers /livez and /readyz'
const TIMES = 'upstreams of a warder.yaml have `response_timeout`, `idle_timeout` and `total_timeout`'

export const TOP_NOTES = {
  certManager: refused('give certificates to a proxy in front'),
  certificateManager: refused('give certificates to a proxy in front'),
  plugins: refused('there are no plugins'),
}

export const GATEWAY_NOTES = {
  tlsCertFile: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  tlsKeyFile: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  sslCertFile: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  sslKeyFile: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  tls: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  redis: refused('nothing is kept outside the process'),
  cors: refused('let the application answer preflights'),
  blockCommonExploits: refused(
    'paths with two readings are denied anyway; filter contents in the application',
  ),
  interceptErrors: refused('answers of the application are forwarded as they are'),
  errorInterceptor: refused('answers of the application are forwarded as they are'),
  extraRoutes: refused('write all routes and middlewares into this file'),
  extraConfig: refused('write all routes and middlewares into this file'),
  providers: refused('write all routes and middlewares into this file'),
  reload: refused('a changed file is taken over by itself, and on SIGHUP'),
  analytics: refused('every decision is a log line'),
  geoip: refused('there are no rules by country'),
  networking: refused('write the settings of connections into `upstreams` of a warder.yaml'),
  writeTimeout: noEffect(TIMES),
  readTimeout: noEffect(TIMES),
  idleTimeout: noEffect(TIMES),
  timeouts: noEffect(TIMES),
  errorLog: noEffect(LOGS),
  logLevel: noEffect(LOGS),
  log: noEffect(LOGS),
  debug: noEffect(LOGS),
  disableHealthCheckStatus: noEffect(HEALTH),
  disableRouteHealthCheckError: noEffect(HEALTH),
  monitoring: noEffect(HEALTH),
  enableMetrics: noEffect('there is no /metrics on the gateway'),
  disableDisplayRouteOnStart: noEffect('routes are not shown at the start; see `warder config show`'),
  disableKeepAlive: noEffect('connections are kept'),
  strictSlash: noEffect('a path is matched as it is written, and `/x` protects `/x/` as well'),
  enableStrictSlash: noEffect('a path is matched as it is written, and `/x` protects `/x/` as well'),
}

export const ROUTE_NOTES = {
  insecureSkipVerify: refused('give the upstream a certificate that can be verified'),
  cors: refused('let the application answer preflights'),
  blockCommonExploits: refused(
    'paths with two readings are denied anyway; filter contents in the application',
  ),
  interceptErrors: refused('answers of the application are forwarded as they are'),
  errorInterceptor: refused('answers of the application are forwarded as they are'),
  priority: refused('the longest path is asked first'),
  tls: refused('certificates belong to the listener'),
  maintenance: refused('write `enabled: false`'),
  disableMetrics: noEffect('there is no /metrics on the gateway'),
}

export const ENTRY_POINT_NOTES = {
  webSecure: refused('write TLS into the warder.yaml that `warder config convert` prints'),
  passThrough: refused('HTTP is all that is forwarded'),
}

export const PROXY_NOTES = {
  ipHeaders: refused('the address of a client is read from X-Forwarded-For of `trustedProxies`'),
}

export const SECURITY_NOTES = {
  enableExploitProtection: refused(
    'paths with two readings are denied anyway; filter contents in the application',
  ),
  tls: refused('write `ca` and certificates into `upstreams` of a warder.yaml'),
}

export const BACKEND_NOTES = {
  match: refused('every backend takes its share of all requests'),
  exclusive: refused('every backend takes its share of all requests'),
  priority: refused('every backend takes its share of all requests'),
}

export const HEALTH_NOTES = {
  healthyStatuses: refused('a status from 200 to 399 is good; let the health path answer one'),
}

/** Goma's own documents end URLs with a slash, which is no path. */
const server = () => text((url) => parseServerUrl(url.replace(/(?<=[^/])\/$/, '')))
const optionalText = () => literalText().optional()
const HOUR_MS = 3_600_000

const BackendSchema = strictMap({
  endpoint: server().describe('URL of the server'),
  weight: wholeNumber(1, 1_000).optional().describe('share of the requests'),
  ...notedKeys(BACKEND_NOTES),
})

const RouteSchema = strictMap({
  name: plainText().describe('unique name'),
  path: text(parseRoutePath).describe('a path and everything below it'),
  enabled: flag().optional().describe('false: as if it were not there'),
  disabled: flag().optional().describe('true: as if it were not there'),
  hosts: optionalList(text(parseHost)),
  methods: optionalList(text(parseMethod)),
  rewrite: optionalText(),
  destination: server().optional(),
  target: server().optional(),
  backends: optionalList(either(server(), BackendSchema)),
  healthCheck: strictMap({
    path: optionalText(),
    interval: durationMs(100, HOUR_MS).optional(),
    timeout: durationMs(10, 60_000).optional(),
    ...notedKeys(HEALTH_NOTES),
  }).optional(),
  disableHostFording: flag().optional(),
  disableHostForwarding: flag().optional(),
  security: strictMap({ forwardHostHeaders: flag().optional(), ...notedKeys(SECURITY_NOTES) }).optional(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  middlewares: optionalList(plainText()),
  ...notedKeys(ROUTE_NOTES),
})

const MiddlewareSchema = strictMap({
  name: plainText(),
  type: plainText(),
  paths: listOf(text(parseProtectedPath)).optional(),
  rule: anything(),
  // The document indents them like this, and the code of its time then ignored them.
  headers: anything(),
  params: anything(),
})

const GatewaySchema = strictMap({
  entryPoints: strictMap({
    web: strictMap({ address: text(parseListenAddress).optional() }).optional(),
    ...notedKeys(ENTRY_POINT_NOTES),
  }).optional(),
  proxy: strictMap({
    enabled: flag().optional(),
    trustedProxies: optionalList(text(parseNetwork)),
    ...notedKeys(PROXY_NOTES),
  }).optional(),
  accessLog: optionalText(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  defaults: strictMap({ middlewares: optionalList(plainText()) }).optional(),
  routes: listOf(RouteSchema),
  ...notedKeys(GATEWAY_NOTES),
})

export const GomaSchema = strictMap({
  version: textOrNumber().optional(),
  gateway: GatewaySchema,
  middlewares: optionalList(MiddlewareSchema),
  ...notedKeys(TOP_NOTES),
})

export type GomaConfig = Output<typeof GomaSchema>
export type GomaRoute = Output<typeof RouteSchema>
export type GomaMiddleware = Output<typeof MiddlewareSchema>
