/** Envoy's bootstrap that asks Warder by gRPC. */
import { envoyBootstrap, type Asking, type EnvoySnippetOptions } from '../envoy/bootstrap.ts'
import { CHECK_DIALECT } from './check-dialect.ts'

export const envoyGrpcSnippet = (options: EnvoySnippetOptions): string => envoyBootstrap(options, BY_GRPC)

const BY_GRPC: Asking = {
  about: `\
# For Envoy 1.33 or later: a whole bootstrap. Envoy asks Warder by gRPC, ${CHECK_DIALECT.endpoint},
# at \`listen.grpc\`.
#
#   envoy -c warder.yaml
#
# For routes of your own: the filter asks about every request of this listener. A route that turns it off
# (ExtAuthzPerRoute) is open. To let one policy judge it instead of Warder's routes, give it
#   typed_per_filter_config:
#     envoy.filters.http.ext_authz:
#       "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
#       check_settings: { context_extensions: { policy: NAME } }`,
  protocol: 'http2_protocol_options',
  service: ({ decisions }) => `\
                      # ${decisions.join(', ')}. Envoy sends every field of the client's request: Warder removes those
                      # that must not reach the application.
                      grpc_service:
                        envoy_grpc: { cluster_name: warder, authority: warder }
                        # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are
                        # fetched.
                        timeout: 3s
                        # Who asks, for Warder's log, as Envoy knows it: no client can write into the metadata.
                        initial_metadata:
                          - { key: x-envoy-external-address, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }`,
}
