/** Lines to change that several probes have. */
import type { Fix } from './fix.ts'

export const REMOVE: Fix = {
  general: 'remove {field} from every request, or set it',
  nginx: 'proxy_set_header {field} "";',
  caddy: 'request_header -{field}',
  haproxy: 'http-request del-header {field}',
  traefik: 'customRequestHeaders: { {field}: "" }',
  envoy: '- { remove: "{field}" }   in early_header_mutation_extensions',
  apache: 'RequestHeader unset {field} early',
}

export const DROP_UNDERSCORES: Fix = {
  general: 'have the proxy refuse or drop names with `_`',
  nginx:
    'underscores_in_headers off;   in this server block, and in the default server of its address: fields before Host are read by that one',
  caddy: 'request_header "-*_*"',
  traefik: 'authResponseHeadersRegex: "[^-0-9A-Za-z]"',
  haproxy: 'http-request del-header [^-A-Za-z0-9] -m reg',
  envoy: 'headers_with_underscores_action: DROP_HEADER',
}
