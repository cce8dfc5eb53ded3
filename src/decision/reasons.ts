/** Every reason of a decision: a closed set, and what each one means to the client and to the operator. */

/** Why a request was allowed. */
export type AllowReason = 'ok' | 'public' | 'anonymous' | 'preflight' | 'observe_only'

/** One reason: the answer to the client, and the texts for the operator. */
export interface DenyRow {
  readonly status: 401 | 403 | 502 | 503
  /** `error` of the challenge (RFC 6750 §3.1); absent when no usable token was sent, or it is not about a token. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  /** For the operator: what happened. */
  readonly message: string
  /** For the operator: what to look at or change. */
  readonly hint: string
}

const invalidToken = (message: string, hint: string): DenyRow => ({
  status: 401,
  error: 'invalid_token',
  message,
  hint,
})
const forbidden = (message: string, hint: string): DenyRow => ({ status: 403, message, hint })
// Not 401: during an outage clients would throw good sessions away.
const unavailable = (message: string, hint: string): DenyRow => ({ status: 503, message, hint })

const ROWS = {
  token_missing: {
    status: 401,
    message: 'no token in any of the token sources',
    hint: 'send `Authorization: Bearer <token>`, or add the place of the token to `token_sources`',
  },
  token_multiple: {
    status: 401,
    error: 'invalid_request',
    message: 'the request has more than one token, or more than one Authorization header',
    hint: 'send one; a proxy that adds its own must first remove the client’s',
  },
  scheme_not_bearer: {
    status: 401,
    message: 'the Authorization header has another scheme',
    hint: 'send `Authorization: Bearer <token>`, or set `scheme` in `token_sources`',
  },
  token_too_large: invalidToken(
    'the token is longer than limits.max_token_bytes',
    'ask the issuer for fewer claims, or raise limits.max_token_bytes (at most 64KiB)',
  ),
  token_malformed: invalidToken(
    'this is not a signed JWT in compact form',
    'send the whole token as issued; `warder token inspect` shows the parts that can be read',
  ),
  token_encrypted: invalidToken(
    'this is an encrypted token (JWE)',
    'have the issuer only sign access tokens for this audience, not encrypt them',
  ),
  alg_not_allowed: invalidToken(
    'the issuer’s `algorithms` do not include the token’s `alg`',
    'add the algorithm to the issuer if its keys are meant for it; `none` can never be added',
  ),
  typ_not_allowed: invalidToken(
    'the `typ` of the token is not accepted',
    'check that this is an access token, not an ID or logout token; the issuer’s `typ` lists the accepted values',
  ),
  crit_unsupported: invalidToken(
    'the token requires a JWS extension',
    'Warder supports no JWS extension; the issuer must not use `crit` or `b64`',
  ),
  kid_missing: invalidToken(
    'the token has no `kid`, and the issuer’s keys require one',
    'have the issuer set `kid` in the token header',
  ),
  kid_unknown: invalidToken(
    'the issuer has no key with the token’s `kid`',
    'the token may come from another environment, or the issuer has not published the key yet; `warder keys list`',
  ),
  key_unsuitable: invalidToken(
    'the key with the token’s `kid` must not be used with its `alg`',
    'check `use`, `alg`, `key_ops`, type and size of the key: `warder keys list`',
  ),
  signature_invalid: invalidToken(
    'the signature does not match the token',
    'the token was changed, or signed with another key; if the key is a secret, compare it and its encoding on both sides',
  ),
  issuer_unknown: invalidToken(
    'no configured issuer has this `iss`',
    'compare the two character by character (trailing slash, http or https, version in the path), or add the issuer',
  ),
  audience_missing: invalidToken(
    'the token has no audience',
    'have the issuer add one, or set `audience: any` to accept tokens for any service',
  ),
  audience_mismatch: invalidToken(
    'the token is for another audience',
    'have the issuer add the expected audience; add the token’s to `audience` only if it stands for this API',
  ),
  exp_missing: invalidToken(
    'the token never expires',
    'have the issuer set `exp`, or set `allow_missing_exp: true` on the issuer',
  ),
  token_expired: invalidToken(
    'the token has expired',
    'get a new token; if this one is new, compare the clocks',
  ),
  token_not_yet_valid: invalidToken(
    'the token is not valid yet (`nbf`)',
    'compare the clocks of the issuer and of this machine, or raise `leeway`',
  ),
  token_issued_in_future: invalidToken(
    'the token was issued in the future (`iat`)',
    'compare the clocks of the issuer and of this machine, or raise `leeway`',
  ),
  token_too_old: invalidToken('the token is older than the issuer’s `max_age`', 'get a new token'),
  claim_missing: invalidToken(
    'a required claim is missing',
    'have the issuer add it, or remove it from the issuer’s `require` or `claims`',
  ),
  claim_invalid: invalidToken(
    'a claim has an invalid type or value',
    'the log line names the claim; have the issuer correct it',
  ),
  token_revoked: invalidToken('the token was revoked', 'get a new token'),
  credentials_missing: {
    status: 401,
    message: 'the route requires user name and password, and the request has none',
    hint: 'send `Authorization: Basic …`; browsers ask the user when they receive the challenge',
  },
  credentials_malformed: {
    status: 401,
    message: 'the user name and password in the request cannot be decoded',
    hint: 'send base64 of `user:password` in UTF-8, neither part empty, without control characters, at most 1 KiB',
  },
  credentials_invalid: {
    status: 401,
    message: 'the user name or the password is wrong',
    hint: 'check the users of the route’s `basic_auth`; Warder never reveals whether the user name or the password is wrong',
  },
  sender_constraint_failed: invalidToken(
    'the token is bound to a key (`cnf`), and the request has no proof of possession',
    'have the issuer issue bearer tokens, or set `allow_sender_constrained: true` if the proxy checks the proof',
  ),
  no_route: forbidden(
    'no route matches',
    'add or correct a route; `warder explain` shows why each route does not match',
  ),
  route_denied: forbidden('the route has `access: deny`', 'change the route if that is not intended'),
  scope_missing: {
    status: 403,
    error: 'insufficient_scope',
    message: 'the token lacks a required scope',
    hint: 'have the client request the scope, and the issuer grant it',
  },
  claim_rule_failed: forbidden(
    'a claim rule of the policy does not hold',
    'the log line names the rule; have the issuer correct the claim, or change `claims` of the policy',
  ),
  // Not 401: the token is good, and clients would fetch new ones for ever.
  identity_unfit: forbidden(
    'a claim of the verified token cannot be written as an identity header',
    'the log line names the header; change its `arrays`, `encoding` or `max_bytes`, or have the issuer correct the claim',
  ),
  expression_false: forbidden('the expression of the policy is false', 'check the policy’s `when`'),
  ip_not_allowed: forbidden('the client address is not allowed', 'check the policy’s addresses'),
  origin_missing: forbidden(
    'the proxy did not describe the request to judge',
    'configure the proxy to send the header that the log line names; `warder snippet` prints the whole configuration',
  ),
  caller_untrusted: forbidden(
    'the caller is not among `trusted_callers`',
    'the log line names its address; if it is your proxy, add it, or have the proxy send the secret',
  ),
  path_ambiguous: forbidden(
    'the path can be read in more than one way',
    'have the client send the path in plain form; `warder explain` shows what is ambiguous about it',
  ),
  method_refused: forbidden(
    'the method is TRACE or CONNECT, has the wrong letter case, is HEAD where an earlier route guards GET, or is overridden by `_method` in the query',
    'send the method in upper case; add HEAD to the route for GET; for `_method`, see `allow_method_parameter` of the route',
  ),
  header_missing: forbidden(
    'the request lacks a header that the route’s `forward_auth` requires',
    'the detail names the header; the auth service was not asked',
  ),
  auth_service_denied: forbidden(
    'the route’s auth service denied the request',
    'check the log of the auth service; the client receives its status, 401 or 403, and its challenge',
  ),
  auth_service_not_asked: forbidden(
    'the route has `forward_auth`, and only the gateway asks an auth service',
    'send the request through the gateway, or let a policy judge this route',
  ),
  judges_not_asked: forbidden(
    'the route has `basic_auth` or `all_of`, and only the gateway asks these judges',
    'send the request through the gateway, or let a policy judge this route',
  ),
  auth_service_failed: {
    status: 502,
    message: 'the route’s auth service returned no usable answer',
    hint: 'the detail has the cause; after a timeout the client receives 504',
  },
  keys_unavailable: unavailable(
    'the issuer’s keys could not be loaded (yet)',
    'run `warder keys list`, or ask a running Warder: `/readyz?verbose` on the admin listener',
  ),
  introspection_unavailable: unavailable(
    'the issuer’s introspection endpoint could not be asked',
    'check `/readyz?verbose` on the admin listener',
  ),
  overloaded: unavailable(
    'too many concurrent requests, or too many passwords to verify',
    'give Warder more CPU, or run more instances',
  ),
  internal_error: unavailable('a bug in Warder', 'report it with the log line'),
} satisfies Readonly<Record<string, DenyRow>>

/** Why a request was denied. A code is at once the log field, the metric label and the docs entry. */
export type DenyReason = keyof typeof ROWS
export type Reason = AllowReason | DenyReason

/** The one list of reasons to deny; the facts of each are in `denial.ts`. */
export const DENY_ROWS: Readonly<Record<DenyReason, DenyRow>> = ROWS

/** All denials, in the order of the docs. */
export const DENY_REASONS: readonly DenyReason[] = Object.keys(DENY_ROWS) as DenyReason[]
export const ALLOW_REASONS: readonly AllowReason[] = [
  'ok',
  'public',
  'anonymous',
  'preflight',
  'observe_only',
]
