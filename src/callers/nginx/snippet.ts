/** The nginx configuration that asks Warder: every line that is needed, and why it is needed. */
import type { SnippetFacts } from '../proxy.ts'
import { authLocation, SERVER_LIMITS } from './auth-location.ts'
import { DENIAL_LOCATIONS } from './denial-locations.ts'
import { guardedLocation } from './guarded-location.ts'
import { httpBlock } from './http-block.ts'
import { identityHeaders } from './identity-variables.ts'
import { APPLICATION, assertPlain, ONE_WORD, WORDS } from './plain-text.ts'

/** The site that nginx guards. */
export interface NginxSite {
  /** The application: `http://host:port` without a path, so that nginx passes the path on unchanged. */
  readonly upstream: string
  readonly serverName: string
  /** `listen` of the site, e.g. `443 ssl` or `127.0.0.1:8080`. */
  readonly listen: string
  /** Files that nginx reads; needed when `listen` has `ssl`. */
  readonly certificate?: SiteCertificate
}

/** In PEM form. */
export interface SiteCertificate {
  readonly certFile: string
  readonly keyFile: string
}

export interface NginxSnippetOptions extends NginxSite, SnippetFacts {}

const DEFAULT_IDENTITY_BYTES = 4096
// Status line, decision id, date, and the names of the headers.
const OTHER_HEAD_BYTES = 4096

/**
 * The text of a file to include in nginx's `http` block. Needs nginx 1.15.3 or later with
 * `ngx_http_auth_request_module`, which distributions build in.
 *
 * @throws TypeError when an option holds a character that means something in nginx's configuration.
 */
export function nginxSnippet(options: NginxSnippetOptions): string {
  assertOptions(options)
  const { decisions, upstream, serverName, listen, certificate } = options
  const identity = identityHeaders(options.identityNames)
  const headBytes = OTHER_HEAD_BYTES + (options.identityBytes ?? DEFAULT_IDENTITY_BYTES * identity.length)
  return `${[
    httpBlock(decisions),
    'server {',
    `    listen ${listen};`,
    `    server_name ${serverName};`,
    ...(certificate === undefined
      ? []
      : [`    ssl_certificate ${certificate.certFile};`, `    ssl_certificate_key ${certificate.keyFile};`]),
    '',
    SERVER_LIMITS,
    '',
    authLocation(Math.max(2, Math.ceil(headBytes / 4096)) * 4),
    '',
    guardedLocation(upstream, identity),
    '',
    DENIAL_LOCATIONS,
    '}',
  ].join('\n')}\n`
}

function assertOptions({ decisions, upstream, serverName, listen, certificate }: NginxSnippetOptions): void {
  if (decisions.length === 0) throw new TypeError('decisions: nginx needs an address to ask')
  for (const address of decisions) assertPlain('decisions', address, ONE_WORD)
  assertPlain('upstream', upstream, APPLICATION)
  assertPlain('serverName', serverName, WORDS)
  assertPlain('listen', listen, WORDS)
  if (certificate === undefined) return
  assertPlain('certificate', certificate.certFile, ONE_WORD)
  assertPlain('certificate', certificate.keyFile, ONE_WORD)
}
