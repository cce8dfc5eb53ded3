/**
 * The paths on which Envoy asks over HTTP: it puts its `path_prefix` before the original path. So everything behind the
 * prefix was chosen by the client, and a policy is named before it: `/v1/auth/envoy/POLICY/…` would let the client choose
 * the policy.
 */

/** The path of the client begins with the last slash. */
const ENDPOINT = /^\/v1\/auth\/envoy(?:-policy\/[^/]+)?\//

/** The name of the endpoints that name a policy. */
export const POLICY_ENDPOINT = 'envoy-policy'

/** The endpoint that a raw path begins with, including the slash at its end; undefined if it is none of these. */
export const envoyEndpointOf = (path: string): string | undefined => ENDPOINT.exec(path)?.[0]
