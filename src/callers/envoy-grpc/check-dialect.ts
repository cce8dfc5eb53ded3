/** The call by which Envoy and what works like it ask. It is no endpoint of HTTP. */

/** `name`: in logs and metrics. */
export const CHECK_DIALECT = {
  name: 'envoy-grpc',
  endpoint: 'envoy.service.auth.v3.Authorization/Check',
} as const
/** The path of its calls. */
export const CHECK_METHOD = `/${CHECK_DIALECT.endpoint}`
