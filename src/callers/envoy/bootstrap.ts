/**
 * Envoy's bootstrap with a guarded site. How it asks Warder is a part of its own: the two ways have different filters and
 * clusters, and everything else in common.
 */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import { fieldsToRemove, fieldsToRemoveAfter, identityFields } from '../field-names.ts'
import type { SnippetFacts } from '../proxy.ts'
import { isIpHost, type Site } from '../site-flags.ts'
import { yamlAddress, yamlEndpoints } from './yaml-address.ts'

export interface EnvoySnippetOptions extends SnippetFacts, Site {
  /** `host:port`. */
  readonly listen: string
}

/** How Envoy asks. Lines have their indentation. */
export interface Asking {
  /** Comment about the whole text. */
  readonly about: string
  /** The members of ext_authz that say whom to ask and how. */
  readonly service: (options: EnvoySnippetOptions, identity: readonly string[]) => string
  /** The protocol of the cluster: a member of `explicit_http_config`. */
  readonly protocol: 'http_protocol_options' | 'http2_protocol_options'
}

/** @throws TypeError when an identity header has a name that cannot be written. */
export function envoyBootstrap(options: EnvoySnippetOptions, asking: Asking): string {
  const identity = identityFields(options.identityNames)
  return `${asking.about}
static_resources:
  listeners:
    - name: warder_site
      address: ${yamlAddress(options.listen)}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: warder_site
${CONNECTION}
${removal(identity, fieldsToRemoveAfter(options))}
${filters(options, identity, asking)}
${routes(options)}
${downstreamTls(options)}
  clusters:
${warderCluster(options, asking)}

${applicationCluster(options)}
`
}

const TYPE = '"@type": type.googleapis.com'

const CONNECTION = `\
                # Envoy writes X-Forwarded-For and X-Forwarded-Proto from the connection. If a proxy in front writes them,
                # set xff_num_trusted_hops, and delete their lines below.
                use_remote_address: true
                # Envoy changes no path: Warder judges what the client sent, and the application gets the same. So routes
                # of your own that turn the filter off must match whole paths (\`path\`, not \`prefix\`): to Envoy,
                # /public/../orders begins with /public. Better make such paths public in Warder (\`access: public\`).
                normalize_path: false
                merge_slashes: false
                path_with_escaped_slashes_action: KEEP_UNCHANGED
                common_http_protocol_options:
                  # Many applications read X_Auth_Subject as X-Auth-Subject.
                  headers_with_underscores_action: DROP_HEADER
                  idle_timeout: 300s
                request_headers_timeout: 10s
                # The longest token that Warder can be set to accept, 64 KiB, and the rest of the head.
                max_request_headers_kb: 96
                # \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application, on which Warder sees
                # no request.
                upgrade_configs: [{ upgrade_type: ${FORWARDED_UPGRADE} }]`

const removal = (identity: readonly string[], later: readonly string[]): string => `\
                # Before anything else: no client sends identity headers, names with other characters, which many
                # applications read as a hyphen (X.Auth.Subject), or fields in which applications look for another
                # method, path, host, scheme, address or sender than the judged one. Envoy writes its own afterwards.
                early_header_mutation_extensions:
                  - name: envoy.http.early_header_mutation.header_mutation
                    typed_config:
                      ${TYPE}/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation
                      mutations:
                        - { remove_on_match: { key_matcher: { safe_regex: { regex: ".*[^-0-9A-Za-z:].*" } } } }
                        # With these, a client on a network that Envoy takes for its own could set timeouts and retries.
                        - { remove_on_match: { key_matcher: { prefix: "x-envoy-", ignore_case: true } } }
${[...identity, 'X-Decision-Id', ...fieldsToRemove([...identity, ...later])]
  .map((name) => `                        - { remove: "${name}" }`)
  .join('\n')}`

const filters = (options: EnvoySnippetOptions, identity: readonly string[], { service }: Asking): string => `\
                http_filters:
                  # Envoy writes \`!\` in place of each byte that is not UTF-8 when it asks, so Warder would judge another path
                  # than the one that the application gets. HTTP/2 lets clients send such bytes unescaped; here they end.
                  - name: envoy.filters.http.rbac
                    typed_config:
                      ${TYPE}/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules:
                        action: ALLOW
                        policies:
                          path_of_visible_ascii:
                            permissions: [{ header: { name: ":path", string_match: { safe_regex: { regex: "[!-~]*" } } } }]
                            principals: [{ any: true }]
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      ${TYPE}/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      transport_api_version: V3
                      # Without a decision, nothing passes, and clients keep their tokens.
                      failure_mode_allow: false
                      status_on_error: { code: ServiceUnavailable }
                      validate_mutations: true
                      # No with_request_body: Warder decides without the body.
${service(options, identity)}
                  # Only an answer of Warder is an allow, not the 200 of another program at its address.
                  - name: envoy.filters.http.rbac
                    typed_config:
                      ${TYPE}/envoy.extensions.filters.http.rbac.v3.RBAC
                      rules:
                        action: ALLOW
                        policies:
                          decision_of_warder:
                            permissions: [{ header: { name: "x-decision-id", string_match: { safe_regex: { regex: ".+" } } } }]
                            principals: [{ any: true }]
                  - name: envoy.filters.http.router
                    typed_config:
                      ${TYPE}/envoy.extensions.filters.http.router.v3.Router`

const removalAfter = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `\
                  # Warder has read the token in them; applications take them for another one.
                  request_headers_to_remove: [${names.map((name) => `"${name}"`).join(', ')}]
`

const routes = (options: EnvoySnippetOptions): string => `\
                route_config:
                  ignore_port_in_host_matching: true
${removalAfter(fieldsToRemoveAfter(options))}\
                  virtual_hosts:
                    - name: warder_site
                      domains: [${options.serverNames.length === 0 ? '"*"' : options.serverNames.map((name) => `"${name}"`).join(', ')}]
                      routes:
                        - match: { prefix: "/" }
                          # No rewrite of path or host: the application gets what was judged. Streams may take their
                          # time; stream_idle_timeout (5m) ends silent ones.
                          route: { cluster: application, timeout: 0s }`

const downstreamTls = ({ certificate }: Site): string =>
  certificate === undefined
    ? ''
    : `\
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              ${TYPE}/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                alpn_protocols: [h2, http/1.1]
                tls_certificates:
                  - certificate_chain: { filename: "${certificate.certFile}" }
                    private_key: { filename: "${certificate.keyFile}" }
`

const warderCluster = ({ decisions }: EnvoySnippetOptions, { protocol }: Asking): string => `\
    - name: warder
      type: ${decisions.some((address) => address.startsWith('unix:')) ? 'STATIC' : 'STRICT_DNS'}
      connect_timeout: 1s
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          ${TYPE}/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          # Shorter than Warder keeps an idle connection.
          common_http_protocol_options: { idle_timeout: 60s }
          explicit_http_config: { ${protocol}: {} }
${decisions.length > 1 ? SEVERAL : ''}\
      load_assignment:
        cluster_name: warder
        endpoints:
          - lb_endpoints:
${yamlEndpoints(decisions)}`

/** A Warder that cannot be reached, or does not answer, is left out; its 503 is an answer. */
const SEVERAL = `\
      # A Warder that refuses connections is left out until it accepts one again, and one that does not answer for a second.
      health_checks:
        - tcp_health_check: {}
          timeout: 1s
          interval: 1s
          no_traffic_interval: 1s
          interval_jitter: 0.1s
          unhealthy_interval: 0.2s
          unhealthy_threshold: 1
          healthy_threshold: 1
      outlier_detection:
        interval: 0.2s
        base_ejection_time: 1s
        max_ejection_time: 1s
        max_ejection_percent: 99
        # A 503 of Warder is an answer.
        split_external_local_origin_errors: true
        consecutive_local_origin_failure: 1
        enforcing_consecutive_5xx: 0
        enforcing_consecutive_gateway_failure: 0
        enforcing_success_rate: 0
        enforcing_local_origin_success_rate: 0
`

function applicationCluster({ upstream }: EnvoySnippetOptions): string {
  const { protocol, hostname, port } = new URL(upstream)
  const isTls = protocol === 'https:'
  const address = `${hostname}:${port === '' ? (isTls ? '443' : '80') : port}`
  return `\
    - name: application
      type: STRICT_DNS
      connect_timeout: 5s
      load_assignment:
        cluster_name: application
        endpoints:
          - lb_endpoints:
${yamlEndpoints([address])}${isTls ? upstreamTls(hostname) : ''}`
}

function upstreamTls(host: string): string {
  const isAddress = isIpHost(host)
  return `
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          ${TYPE}/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
${isAddress ? '' : `          sni: "${host}"\n`}\
          common_tls_context:
            validation_context:
              trusted_ca: { filename: /etc/ssl/certs/ca-certificates.crt }
              match_typed_subject_alt_names: [{ san_type: ${isAddress ? 'IP_ADDRESS' : 'DNS'}, matcher: { exact: "${host.replace(/^\[|\]$/g, '')}" } }]`
}
