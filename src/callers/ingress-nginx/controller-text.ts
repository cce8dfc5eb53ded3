/** What the controller's nginx needs besides the annotations: text for its ConfigMap. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

/** For `http-snippet`. */
export const HTTP_SNIPPET = `\
# WebSocket only. The controller passes on any \`Upgrade\`: with h2c, the client would get a raw HTTP/2 connection to
# the application, over which it could send any path and header, unseen by Warder.
map $http_upgrade $warder_refuses_upgrade {
    default 1;
    '' 0;
    "~*^${FORWARDED_UPGRADE}$" 0;
}
# \`GET http://a/ HTTP/1.1\` with \`Host: b\` is served as a, but the controller asks about b.
map "$host|$http_host" $warder_refuses_host {
    default 1;
    "~*^(?<warder_host>[^|]+)\\|\\k<warder_host>\\.?(?::[0-9]+)?$" 0;
}
`

/** For \`server-snippet\`. */
export const SERVER_SNIPPET = `\
if ($warder_refuses_upgrade) { return 400; }
if ($warder_refuses_host) { return 400; }
`
