/** Keys of Goma's gateway and routes that Warder knows by name and does not take over, and why. */
import { noEffect, refused } from './goma-keys.ts'

const LOGS = 'Warder logs to standard output; every denial is logged with its reason'
const HEALTH = 'the admin listener answers /livez and /readyz'
const EXPLOITS =
  'it looks for words such as `select` and `--`, which good requests hold too; remove it: paths with two readings are denied anyway, and contents are checked where they are understood, in the application'
const OWN_PAGES =
  'write the statuses into `interceptErrors`; their pages become problems of Warder, without texts of your own'
const TIMES = 'upstreams of a warder.yaml have `response_timeout`, `idle_timeout` and `total_timeout`'

export const TOP_NOTES = {
  certManager: refused('give certificates to a proxy in front'),
  certificateManager: refused('give certificates to a proxy in front'),
  plugins: refused('there are no plugins'),
}

export const GATEWAY_NOTES = {
  redis: noEffect(
    'requests are counted in this process: one counts exactly, several count each for themselves',
  ),
  blockCommonExploits: refused(EXPLOITS),
  errorInterceptor: refused(OWN_PAGES),
  providers: refused('put the files into the directory of `extraConfig`'),
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
  blockCommonExploits: refused(EXPLOITS),
  errorInterceptor: refused(OWN_PAGES),
  priority: refused('the longest path is asked first'),
  tls: refused('certificates belong to the listener'),
  maintenance: refused('write `enabled: false`'),
  disableMetrics: noEffect('there is no /metrics on the gateway'),
}

export const ENTRY_POINT_NOTES = {
  passThrough: refused('HTTP is all that is forwarded'),
}

export const PROXY_NOTES = {
  ipHeaders: refused('the address of a client is read from X-Forwarded-For of `trustedProxies`'),
}

export const SECURITY_NOTES = {
  enableExploitProtection: refused(EXPLOITS),
  tls: refused('write `ca` and certificates into `upstreams` of a warder.yaml'),
}

export const BACKEND_NOTES = {
  match: refused('every backend takes its share of all requests'),
  exclusive: refused('every backend takes its share of all requests'),
  priority: refused('every backend takes its share of all requests'),
}

export const TLS_NOTES = {
  certsDir: refused('name each certificate in `certificates`'),
}
