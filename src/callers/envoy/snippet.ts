/** Envoy's bootstrap that asks Warder over HTTP. */
import { fieldsToSend } from '../field-names.ts'
import { envoyBootstrap, type Asking, type EnvoySnippetOptions } from './bootstrap.ts'

export const envoySnippet = (options: EnvoySnippetOptions): string => envoyBootstrap(options, BY_HTTP)

const BY_HTTP: Asking = {
  about: `\
# For Envoy 1.33 or later: a whole bootstrap. Envoy asks Warder over HTTP; \`warder snippet envoy-grpc\` is the same over
# gRPC, which sends every field of the client.
#
#   envoy -c warder.yaml
#
# For routes of your own: the filter asks about every request of this listener. A route that turns it off
# (ExtAuthzPerRoute) is open.`,
  protocol: 'http_protocol_options',
  service: (options, identity) => `\
                      # What Warder reads of the client's request; x-forwarded-proto is Envoy's.
                      allowed_headers:
                        patterns:
${patterns(['X-Forwarded-Proto', ...fieldsToSend(options)])}
                      http_service:
                        server_uri:
                          uri: "http://${uriHost(options.decisions)}"
                          cluster: warder
                          # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are
                          # fetched.
                          timeout: 3s
                        # To let one policy judge instead of Warder's routes: /v1/auth/envoy-policy/NAME, never
                        # /v1/auth/envoy/NAME, where the client could name another one.
                        path_prefix: /v1/auth/envoy
                        # Who asks, for Warder's log, as Envoy knows it: no client can write it.
                        authorization_request:
                          headers_to_add:
                            - { key: x-envoy-external-address, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
                        authorization_response:
                          # Warder's values replace those of the client. Fields without a value are removed. The client
                          # gets every field and the body of a denial.
                          allowed_upstream_headers:
                            patterns:
${patterns([...identity, 'X-Decision-Id'], 30)}`,
}

const patterns = (names: readonly string[], indentation = 26): string =>
  names.map((name) => `${' '.repeat(indentation)}- { exact: "${name}", ignore_case: true }`).join('\n')

/** Only for messages and the Host of questions, which is the client's; a socket has none. */
const uriHost = ([first = '']: readonly string[]): string => (first.startsWith('unix:') ? 'warder' : first)
