/** What the snippet puts into nginx's http block, outside the guarded site. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

/** The upstream of decisions, and the maps that the site reads. */
export const httpBlock = (decisions: readonly string[]): string => `\
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
