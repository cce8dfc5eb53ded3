/** Keys of Goma's gateway and routes that Warder knows by name and does not take over, and why. */
import { noEffect, refused } from './noted-keys.ts'

const LOGS = 'Warder logs to standard output; every denial is logged with its reason'
const HEALTH = 'the admin listener answers /livez and /readyz'
const EXPLOITS =
  'remove it: it searches for words such as `select` and `--`, which valid requests contain too; ambiguous paths are denied anyway, and only the application understands the contents of a request'
const VERIFIED =
  'certificates are always verified; give the servers a valid one, or name its authority with `ca_file` in `upstreams` of a warder.yaml'
const CERTIFICATES =
  'let an ACME client such as certbot write PEM files, name them in `gateway.tls.certificates`, and reload after a renewal; until then the listener has a self-signed certificate'
const HTTP_ALONE = 'only HTTP is forwarded'
const OWN_TEXTS = 'Warder sends its own problem documents instead; let the application write other pages'
const INLINE = 'write the middleware into `middlewares` at the top level, with its `paths`, and its name here'
const OF_LISTENER = 'certificates belong to the listener; write them into `gateway.tls`'
const TIMES = 'write `response_timeout`, `idle_timeout` and `total_timeout` into `upstreams` of a warder.yaml'

const PROVIDERS = 'put the files into the directory of `extraConfig`'
/** Where there are routes in the file; see goma.ts. */
export const PROVIDER_NOTES = { providers: refused(PROVIDERS) }
export const PROVIDER_ALONE_NOTES = { providers: noEffect(PROVIDERS) }

export const TOP_NOTES = {
  certManager: noEffect(CERTIFICATES),
  certificateManager: noEffect(CERTIFICATES),
  acme: noEffect(CERTIFICATES),
  plugins: refused('there are no plugins'),
}

export const GATEWAY_NOTES = {
  redis: noEffect('each Warder process counts the requests that it receives'),
  blockCommonExploits: refused(EXPLOITS),
  certManager: noEffect(CERTIFICATES),
  reload: noEffect('a changed file is loaded automatically, and on SIGHUP'),
  analytics: noEffect('every decision is a log line'),
  geoip: noEffect('there are no rules by country'),
  networking: noEffect('write connection settings into `upstreams` of a warder.yaml'),
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
  disableDisplayRouteOnStart: noEffect('routes are not printed at the start; run `warder config show`'),
  disableKeepAlive: noEffect('connections are kept'),
  strictSlash: noEffect('a path is matched as written, and `/x` protects `/x/` as well'),
  enableStrictSlash: noEffect('a path is matched as written, and `/x` protects `/x/` as well'),
}

export const ROUTE_NOTES = {
  insecureSkipVerify: noEffect(VERIFIED),
  blockCommonExploits: refused(EXPLOITS),
  enableBotDetection: refused('use a proxy in front of Warder for that'),
  blocklist: refused('write a middleware of type `access` with these `paths`, and name it in `middlewares`'),
  disableHeaderXForward: noEffect('the application receives X-Forwarded-*, and no client can set them'),
  priority: refused('the longest path is matched first'),
  maintenance: refused('write `enabled: false`'),
  disableMetrics: noEffect('there is no /metrics on the gateway'),
}

/** A certificate of a route is refused, because a rule about those of clients may be among its keys. */
export const ROUTE_TLS_NOTES = {
  provider: noEffect(CERTIFICATES),
  certificate: refused(OF_LISTENER),
  certificates: refused(OF_LISTENER),
  keys: refused(OF_LISTENER),
  default: refused(OF_LISTENER),
  certsDir: refused(OF_LISTENER),
  clientAuth: refused(OF_LISTENER),
  cert: refused(OF_LISTENER),
  key: refused(OF_LISTENER),
}

export const ERROR_PAGES_NOTES = { contentType: noEffect(OWN_TEXTS) }
export const ERROR_PAGE_NOTES = {
  body: noEffect(OWN_TEXTS),
  message: noEffect(OWN_TEXTS),
  file: noEffect(OWN_TEXTS),
}

/** Of 0.1.0. */
export const INLINE_NOTES = { path: refused(INLINE), rules: refused(INLINE), http: refused(INLINE) }

/** Goma reads them at every entry point, and does nothing with them there. */
export const FORWARDS_NOTES = { forwards: noEffect(HTTP_ALONE) }

export const ENTRY_POINT_NOTES = {
  passThrough: noEffect(HTTP_ALONE),
}

export const PROXY_NOTES = {
  ipHeaders: refused('the client address is read from X-Forwarded-For of `trustedProxies`'),
}

export const SECURITY_NOTES = {
  enableExploitProtection: refused(EXPLOITS),
}

export const SECURITY_TLS_NOTES = {
  insecureSkipVerify: noEffect(VERIFIED),
  skipVerification: noEffect(VERIFIED),
  SkipVerification: noEffect(VERIFIED),
}

export const BACKEND_NOTES = {
  match: refused('every backend receives its share of all requests'),
  exclusive: refused('every backend receives its share of all requests'),
  priority: refused('every backend receives its share of all requests'),
}

export const TLS_NOTES = {
  certsDir: noEffect('list each certificate in `certificates`'),
}
