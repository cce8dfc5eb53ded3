/** The part of the snippet outside the guarded site. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

/** The upstream for decisions, and the maps that the site uses. */
export const httpBlock = (decisions: readonly string[]): string => `\
# Include this file in the http block. https://nginx.org/en/docs/http/ngx_http_auth_request_module.html

upstream warder {
    # A restarting Warder is down for less than a second. With its default, max_fails=1, nginx would not ask it again
    # for ten seconds after one failure, and if the second Warder were down as well, nothing would pass. With 0, each
    # request asks the next one if the first cannot be reached. nginx ignores the setting for a single address.
${decisions.map((address) => `    server ${address} max_fails=0;`).join('\n')}
    # Each worker process keeps idle connections, so that a decision needs no new one.
    keepalive 32;
    # By default, nginx closes each after 1,000 requests.
    keepalive_requests 100000;
}

# WebSocket only, in any letter case. \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application.
# It could send any path and header over it, and Warder would see none of those requests.
map $http_upgrade $warder_upgrade {
    default '';
    ${FORWARDED_UPGRADE} ${FORWARDED_UPGRADE};
}

# \`Connection: upgrade\` goes with an \`Upgrade\` that is passed on; otherwise it is empty, which keeps connections open.
map $warder_upgrade $warder_connection {
    default '';
    ${FORWARDED_UPGRADE} upgrade;
}

# Every answer of Warder has an id. A 2xx without one is of another program at its address: see proxy_bind below.
map $warder_id $warder_bind {
    default '';
    ''      192.0.2.1;
}

# Without a reason there was no decision: Warder could not be reached, or nginx itself failed.
map $warder_reason $warder_code {
    default $warder_reason;
    ''      proxy_error;
}
`
