/** The configuration of APISIX that asks Warder. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import type { SnippetFacts } from '../proxy.ts'
import type { Site } from '../site-flags.ts'
import { pluginsText } from './plugins.ts'

export interface ApisixSnippetOptions extends SnippetFacts, Site {}

const DEFAULT_PORT = { 'http:': '80', 'https:': '443' } as const

/**
 * The text of `conf/apisix.yaml` for the standalone mode. Needs APISIX 3.14 or later, for `extra_headers`.
 *
 * @throws TypeError when an identity header has a name that cannot be written.
 */
export function apisixSnippet(options: ApisixSnippetOptions): string {
  const { upstream, serverNames } = options
  const [scheme = '', authority = ''] = upstream.split('//')
  const port = DEFAULT_PORT[scheme as keyof typeof DEFAULT_PORT]
  const node = /:\d+$/.test(authority) ? authority : `${authority}:${port}`
  const hosts =
    serverNames.length === 0
      ? ''
      : `    hosts: [${serverNames.map((name) => JSON.stringify(name)).join(', ')}]\n`
  return `\
# For Apache APISIX 3.14 or later in standalone mode: conf/apisix.yaml. With the Admin API, send each entry to the path of
# its kind, such as /apisix/admin/plugin_configs/warder.
#
# KEEP \`normalize_uri_like_servlet\` AND \`delete_uri_tail_slash\` OF config.yaml AT THEIR DEFAULT, FALSE: with true, the
# application gets another path than the judged one. Give a guarded route no proxy-rewrite, for the same reason.

plugin_configs:
  - id: warder
    plugins:
${pluginsText(options)}

routes:
  - id: warder-site
    uri: "/*"
${hosts}\
    plugin_config_id: warder
    upstream_id: warder-site
  # WebSocket only. \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application. It could send any
  # path and header over it, and Warder would see none of those requests.
  - id: warder-site-websocket
    uri: "/*"
${hosts}\
    priority: 1
    vars: [["http_upgrade", "~*", "^${FORWARDED_UPGRADE}$"]]
    enable_websocket: true
    plugin_config_id: warder
    upstream_id: warder-site

upstreams:
  - id: warder-site
    type: roundrobin
    scheme: ${scheme.slice(0, -1)}
    # The judged host.
    pass_host: pass
    nodes:
      "${node}": 1
#END
`
}
