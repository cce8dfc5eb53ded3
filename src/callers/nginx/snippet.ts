/** The nginx configuration that asks Warder: every line that is needed, and why it is needed. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../request/override-fields.ts'
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

export interface NginxSnippetOptions {
  /** Decisions listeners of one Warder or of several: `host:port` or `unix:PATH`. */
  readonly decisions: readonly string[]
  /** Identity headers of all policies, in any case; empty: the application is told nothing but the decision's id. */
  readonly identityNames: readonly string[]
  /** The application: `http://host:port` without a path, so that nginx passes the path on as it came. */
  readonly upstream: string
  /** `server_name` of the guarded site. */
  readonly serverName: string
  /** `listen` of the guarded site, e.g. `443 ssl` or `127.0.0.1:8080`. */
  readonly listen: string
  /** Files of nginx; needed where `listen` has `ssl`. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string }
  /** All identity headers at their longest, in bytes. Default: each at its default cap of 4 KiB. */
  readonly identityBytes?: number
}

// 64 KiB, the largest `limits.max_token_bytes`, and the rest of its header line.
const CLIENT_HEADER_BUFFER = '72k'
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
  const { decisions, upstream, serverName, listen, certificate } = options
  if (decisions.length === 0) throw new TypeError('decisions: nginx needs an address to ask')
  for (const address of decisions) assertPlain('decisions', address, /^(?:unix:\/)?[^\s;{}'"\\$#]+$/)
  assertPlain('upstream', upstream, /^https?:\/\/[^\s;{}'"\\$#/?]+$/)
  assertPlain('serverName', serverName, /^[^\s;{}'"\\$#]+(?: [^\s;{}'"\\$#]+)*$/)
  assertPlain('listen', listen, /^[^\s;{}'"\\$#]+(?: [^\s;{}'"\\$#]+)*$/)
  for (const file of [certificate?.certFile, certificate?.keyFile])
    if (file !== undefined) assertPlain('certificate', file, /^[^\s;{}'"\\$#]+$/)
  const identity = identityHeaders(options.identityNames)
  const headBytes = OTHER_HEAD_BYTES + (options.identityBytes ?? DEFAULT_IDENTITY_BYTES * identity.length)
  return `${[
    globals(decisions),
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
    DENIALS,
    '}',
  ].join('\n')}\n`
}

interface IdentityHeader {
  readonly name: string
  /** What nginx's variables for headers end with. */
  readonly variable: string
  /** What the snippet's own variables end with. */
  readonly own: string
}

/** nginx does not start with longer names of variables: `variables_hash_bucket_size` is 64 bytes by default. */
const MAX_VARIABLE_LENGTH = 30

function identityHeaders(names: readonly string[]): readonly IdentityHeader[] {
  const headers = new Map<string, IdentityHeader>()
  for (const name of names) {
    assertPlain('identityNames', name, /^[A-Za-z][A-Za-z0-9-]*$/)
    const variable = name.toLowerCase().replaceAll('-', '_')
    // No header's name begins with a digit.
    const own = variable.length > MAX_VARIABLE_LENGTH ? String(headers.size) : variable
    if (!headers.has(variable)) headers.set(variable, { name: canonicalName(name), variable, own })
  }
  return [...headers.values()]
}

/** `x-auth-subject` → `X-Auth-Subject`: header names have no case, readers do. */
const canonicalName = (name: string): string =>
  name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())

function assertPlain(option: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value))
    throw new TypeError(`${option}: ${JSON.stringify(value)} cannot be written into an nginx configuration`)
}

const globals = (decisions: readonly string[]): string => `\
# Include this file in the http block. https://nginx.org/en/docs/http/ngx_http_auth_request_module.html

upstream warder {
    # A Warder that is restarted is down for less than a second. nginx's default, max_fails=1, would not ask it again
    # for ten seconds after one failure, and with the second Warder down as well, nothing would pass. With 0, each
    # request asks the next one if the first cannot be reached. nginx ignores the setting for a single address.
${decisions.map((address) => `    server ${address} max_fails=0;`).join('\n')}
    # Idle connections kept by each worker process: a decision then costs no new connection.
    keepalive 32;
    # nginx's default closes each after 1,000 requests.
    keepalive_requests 100000;
}

# WebSocket only, in any letter case. \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application,
# with every other path and every header on it, and Warder would see none of those requests.
map $http_upgrade $warder_upgrade {
    default '';
    ${FORWARDED_UPGRADE} ${FORWARDED_UPGRADE};
}

# \`Connection: upgrade\` belongs to an \`Upgrade\` that is passed on; else it is empty, which keeps connections open.
map $warder_upgrade $warder_connection {
    default '';
    ${FORWARDED_UPGRADE} upgrade;
}

# Without a reason there was no decision: Warder could not be reached, or nginx itself failed.
map $warder_reason $warder_code {
    default $warder_reason;
    ''      proxy_error;
}
`

const SERVER_LIMITS = `\
    # The next three hold for the headers after Host; those before it are read with the settings of the default
    # server of this address. If that is another server block, it must not differ.
    # The longest token that Warder can be set to accept, 64 KiB, in one line: nginx's default of 8k answers 400.
    large_client_header_buffers 4 ${CLIENT_HEADER_BUFFER};
    # nginx's defaults, written down because security hangs on them: X_Auth_Subject and X.Auth.Subject are dropped.
    # Many applications read them as X-Auth-Subject.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Room for all names of the proxy_set_header lines below, of up to 64 characters each.
    proxy_headers_hash_max_size 2048;
    proxy_headers_hash_bucket_size 128;`

const authLocation = (bufferKiB: number): string => `\
    location = /_warder {
        # Only for nginx itself: clients get 404.
        internal;
        proxy_pass http://warder/v1/auth/nginx;
        # The two lines that let the connection to Warder be used again.
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Decisions are made without the body. If its length were announced all the same, Warder would take the next
        # request on the connection, somebody else's, for the body.
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        # Else a large upload is refused here, with status 500.
        client_max_body_size 0;
        # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
        proxy_connect_timeout 1s;
        proxy_send_timeout 1s;
        proxy_read_timeout 3s;
        # All identity headers at their longest have to fit, or the answer is status 500.
        proxy_buffer_size ${bufferKiB}k;
        proxy_buffers 4 ${bufferKiB}k;
        proxy_busy_buffers_size ${bufferKiB}k;
        # A decision is for one request. Never cache it: the default cache key is the same for every token.
        proxy_cache off;

        # The request to be judged. $host and not $http_host, which may name another host than the one nginx serves;
        # $request_uri and not $uri, because the application gets the raw path too.
        proxy_set_header Host $host;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL $scheme://$host$request_uri;
        # Whatever the client wrote here is not for Warder.
        proxy_set_header X-Forwarded-For "";
        proxy_set_header X-Forwarded-Host "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Proto "";
        proxy_set_header X-Forwarded-Uri "";
    }`

const guardedLocation = (upstream: string, identity: readonly IdentityHeader[]): string => `\
    # Copy this whole block for further locations. A location with \`return\` or \`rewrite … last\` never asks Warder:
    # nginx runs those before auth_request.
    location / {
        auth_request /_warder;
        auth_request_set $warder_id $upstream_http_x_decision_id;
        auth_request_set $warder_reason $upstream_http_x_decision_reason;
        auth_request_set $warder_challenge $upstream_http_www_authenticate;
        auth_request_set $warder_retry_after $upstream_http_retry_after;
        # For your log_format: the status of Warder's answer.
        auth_request_set $warder_status $upstream_status;
${identity.map(({ variable, own }) => `        auth_request_set $warder_identity_${own} $upstream_http_${variable};\n`).join('')}
        # auth_request lets 2xx pass, hands out 401 and 403 without their headers, and turns all else into 500.
        error_page 401 = @warder_unauthorized;
        error_page 403 = @warder_forbidden;
        error_page 500 = @warder_unavailable;
        # The pages above are for Warder's answers: 401, 403 and 500 of the application pass untouched.
        proxy_intercept_errors off;
        # nginx would ask the application for the path in X-Accel-Redirect, which was never judged. A client that can
        # make the application send header fields could reach every path. If it serves files that way, delete the line.
        proxy_ignore_headers X-Accel-Redirect;

        # No path behind the address: the application gets the path that was judged, byte for byte.
        # No fastcgi_pass, uwsgi_pass, scgi_pass or grpc_pass here: the proxy_set_header lines do nothing for them, and
        # clients would write the identity headers. docs/nginx.md says how PHP and the like are guarded.
        proxy_pass ${upstream};
        proxy_http_version 1.1;
        # Not $http_upgrade, see above.
        proxy_set_header Upgrade $warder_upgrade;
        proxy_set_header Connection $warder_connection;
        # The host that was judged.
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Real-IP $remote_addr;
${identity.length === 0 ? '' : identityPassing(identity)}\
        # For the application's log: the same id as in Warder's.
        proxy_set_header X-Decision-Id $warder_id;
        proxy_set_header X-Decision-Reason "";

        # By these, applications and frameworks take a request for another one than was judged: with another method,
        # path, host, scheme or sender. If a proxy in front of this nginx writes one of them and the application
        # needs it, delete the line, but only if no client can reach this nginx past that proxy.
${removedNames(identity)
  .map((name) => `        proxy_set_header ${name} "";\n`)
  .join('')}\
    }`

/** The fields of the location that nginx sets itself. */
const WRITTEN = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP']

/** The fields to remove: a name that is written twice would be sent twice. */
function removedNames(identity: readonly IdentityHeader[]): readonly string[] {
  const written = new Set([...WRITTEN, ...identity.map(({ name }) => name)].map((name) => name.toLowerCase()))
  return [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS].filter(
    (name) => !written.has(name.toLowerCase()),
  )
}

const identityPassing = (identity: readonly IdentityHeader[]): string => `\
        # Identity: what Warder says takes the place of what the client sent; an empty value removes the header.
${identity.map(({ name, own }) => `        proxy_set_header ${name} $warder_identity_${own};\n`).join('')}`

/** A string of nginx: its variables are put in, and its line end is written as an escape. */
const problem = (status: keyof typeof STATUS_TITLES): string => {
  const text = problemText({
    status,
    title: STATUS_TITLES[status],
    code: '$warder_code',
    decisionId: '$warder_id',
  })
  return `'${text.replace('\n', String.raw`\n`)}'`
}

const denial = (location: string, status: keyof typeof STATUS_TITLES, challenge: string): string => `\
    location ${location} {
        default_type application/problem+json;
        add_header Cache-Control no-store always;
        add_header X-Decision-Id $warder_id always;
        add_header X-Decision-Reason $warder_code always;
${challenge}\
        return ${status} ${problem(status)};
    }`

const DENIALS = `\
    # Denials: nginx drops Warder's headers and body, so they are put together again. Empty headers are not sent.
${[
  denial(
    '@warder_unauthorized',
    401,
    '        # No WWW-Authenticate here: on 401, and only there, nginx hands it on itself.\n',
  ),
  denial('@warder_forbidden', 403, '        add_header WWW-Authenticate $warder_challenge always;\n'),
  `    # Warder answered 503 (say, keys_unavailable), or not at all: nothing passes, and no client throws its token away.
${denial('@warder_unavailable', 503, '        add_header Retry-After $warder_retry_after always;\n')}`,
].join('\n')}`
