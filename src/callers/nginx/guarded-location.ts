/** The location in front of the application. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../syntax/override-fields.ts'
import { isIpHost } from '../site-flags.ts'
import type { IdentityHeader } from './identity-variables.ts'

/** @param upstream The application, without a path. */
export const guardedLocation = (upstream: string, identity: readonly IdentityHeader[]): string => `\
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
        # auth_request lets 2xx pass, returns 401 and 403 without their headers, and turns everything else into 500.
        error_page 401 = @warder_unauthorized;
        error_page 403 = @warder_forbidden;
        error_page 500 = @warder_unavailable;
        # The pages above are for Warder's answers: 401, 403 and 500 from the application pass unchanged.
        proxy_intercept_errors off;
        # nginx would ask the application for the path in X-Accel-Redirect, which was never judged. A client that can
        # make the application send header fields could reach every path. Delete the line if it serves files that way.
        proxy_ignore_headers X-Accel-Redirect;

        # Only an answer of Warder is an allow. Without the id of a decision, nginx would connect from an address that no
        # machine has (RFC 5737), which fails: the client gets 503, and the application nothing.
        proxy_bind $warder_bind;

        # No path after the address: the application gets the judged path, byte for byte.
        # No fastcgi_pass, uwsgi_pass, scgi_pass or grpc_pass here: the proxy_set_header lines have no effect on them, and
        # clients could write the identity headers. docs/nginx.md shows how to guard PHP and the like.
        proxy_pass ${upstream};
${upstreamTls(upstream)}\
        proxy_http_version 1.1;
        # Not $http_upgrade, see above.
        proxy_set_header Upgrade $warder_upgrade;
        proxy_set_header Connection $warder_connection;
        # The judged host.
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Real-IP $remote_addr;
${identity.length === 0 ? '' : identityPassing(identity)}\
        # For the application's log: the same id as in Warder's.
        proxy_set_header X-Decision-Id $warder_id;
        proxy_set_header X-Decision-Reason "";

        # In these fields, applications and frameworks look for another method, path, host, scheme or sender than the
        # judged one. If a proxy in front of this nginx writes one of them and the application needs it, delete the
        # line, but only if no client can reach this nginx without going through that proxy.
${removedNames(identity)
  .map((name) => `        proxy_set_header ${name} "";\n`)
  .join('')}\
    }`

/** nginx verifies nothing by default, and can find names in a certificate, but no addresses. */
function upstreamTls(upstream: string): string {
  const [, host] = /^https:\/\/(\[[^\]]*\]|[^:]+)/.exec(upstream) ?? []
  if (host === undefined) return ''
  return isIpHost(host)
    ? `\
        # NOTHING VERIFIES THE APPLICATION: nginx cannot find an address in a certificate. Write its name instead.
`
    : `\
        proxy_ssl_server_name on;
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 4;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
`
}

/** Fields that the location sets itself. */
const WRITTEN = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP']

/** Fields to remove. A name that is written twice would be sent twice. */
function removedNames(identity: readonly IdentityHeader[]): readonly string[] {
  const written = new Set([...WRITTEN, ...identity.map(({ name }) => name)].map((name) => name.toLowerCase()))
  return [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS].filter(
    (name) => !written.has(name.toLowerCase()),
  )
}

const identityPassing = (identity: readonly IdentityHeader[]): string => `\
        # Identity: Warder's values replace those of the client; an empty value removes the header.
${identity.map(({ name, own }) => `        proxy_set_header ${name} $warder_identity_${own};\n`).join('')}`
