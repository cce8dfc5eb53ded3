/** Keys of Goma's gateway and routes that Warder knows by name and does not take over, and why. */
import { alike } from './leaf.ts'
import { noEffect, refused } from './noted-keys.ts'

const SLASH = 'a path is matched as written, and `/x` protects `/x/` as well'
const LOGS = 'Warder logs to standard output; every denial is logged with its reason'
const HEALTH = 'the admin listener answers /livez and /readyz'
export const EXPLOITS =
  'remove it: it searches for words such as `select` and `--`, which valid requests contain too; ambiguous paths are denied anyway, and only the application understands the contents of a request'
const VERIFIED =
  'certificates are always verified; give the servers a valid one, or name its authority with `ca_file` in `upstreams` of a warder.yaml'
const CERTIFICATES =
  'let an ACME client such as certbot write PEM files, name them in `gateway.tls.certificates`, and reload after a renewal; until then the listener has a self-signed certificate'
/** For middlewares that are written into a route, in 0.1.0. */
export const INLINE_HINT =
  'write the middleware into `middlewares` at the top level, with its `paths`, and its name here'
const OF_LISTENER = 'certificates belong to the listener; write them into `gateway.tls`'
const TIMES = 'write `response_timeout`, `idle_timeout` and `total_timeout` into `upstreams` of a warder.yaml'

export const PROVIDERS_HINT = 'put the files into the directory of `extraConfig`'

export const TOP_NOTES = {
  ...alike(noEffect(CERTIFICATES), 'certManager', 'certificateManager', 'acme'),
  plugins: refused('there are no plugins'),
}

export const GATEWAY_NOTES = {
  providers: refused(PROVIDERS_HINT),
  redis: noEffect('each Warder process counts the requests that it receives'),
  blockCommonExploits: refused(EXPLOITS),
  certManager: noEffect(CERTIFICATES),
  reload: noEffect('a changed file is loaded automatically, and on SIGHUP'),
  analytics: noEffect('every decision is a log line'),
  geoip: noEffect('there are no rules by country'),
  networking: noEffect('write connection settings into `upstreams` of a warder.yaml'),
  ...alike(noEffect(TIMES), 'writeTimeout', 'readTimeout', 'idleTimeout', 'timeouts'),
  ...alike(noEffect(LOGS), 'errorLog', 'logLevel', 'log', 'debug'),
  ...alike(noEffect(HEALTH), 'disableHealthCheckStatus', 'disableRouteHealthCheckError', 'monitoring'),
  enableMetrics: noEffect('there is no /metrics on the gateway'),
  disableDisplayRouteOnStart: noEffect('routes are not printed at the start; run `warder config show`'),
  disableKeepAlive: noEffect('connections are kept'),
  ...alike(noEffect(SLASH), 'strictSlash', 'enableStrictSlash'),
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
  ...alike(refused(OF_LISTENER), 'certificate', 'certificates', 'keys', 'default', 'certsDir'),
  ...alike(refused(OF_LISTENER), 'clientAuth', 'cert', 'key'),
}

export const SECURITY_TLS_NOTES = alike(
  noEffect(VERIFIED),
  'insecureSkipVerify',
  'skipVerification',
  'SkipVerification',
)

const SHARED = 'every backend receives its share of all requests'
export const BACKEND_NOTES = alike(refused(SHARED), 'match', 'exclusive', 'priority')
