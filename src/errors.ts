/** Errors of operators and programmers. Each code is defined here, once, and has a row in docs/errors.md. */

/**
 * Every stable code and its meaning in a few words. `ERR_` stops the operation; `WARN_` does not. A released
 * code never changes its meaning.
 */
export const ERROR_CODES = {
  ERR_INTERNAL: 'a bug in Warder',
  ERR_SERVER_LISTEN: 'Warder cannot listen on an address',
  ERR_SERVER_RESTART: 'TLS and client certificates cannot be turned on without a restart',
  ERR_SERVER_RELOAD_DROPS: 'a changed file removes all routes, policies, issuers or judges at once',
  ERR_SERVER_WORKER: 'a worker process cannot serve',
  ERR_REQUEST_URL: 'the URL of a request is not absolute',
  WARN_POLICY_ROUTE_UNREACHABLE: 'a route can never match',
  WARN_POLICY_ROUTE_LETTER_CASE: 'a route repeats the path of an earlier route in another letter case',
  WARN_POLICY_SIGN_IN_GUARDED: 'the login of a route is not public',
  // config/: the file and its syntax
  ERR_CONFIG_FILE_MISSING: 'the configuration file does not exist',
  ERR_CONFIG_FILE_UNREADABLE: 'the configuration file cannot be read',
  ERR_CONFIG_FILE_TOO_LARGE:
    'a configuration is larger than 16 MiB, or the file of a value larger than 1 MiB',
  ERR_CONFIG_ENCODING: 'a file is not UTF-8 text',
  ERR_CONFIG_EMPTY: 'the configuration is empty',
  ERR_CONFIG_SYNTAX: 'the text is neither YAML nor JSON',
  ERR_CONFIG_DUPLICATE_KEY: 'a map has the same key twice',
  ERR_CONFIG_KEY: 'a key is not a string',
  ERR_CONFIG_ALIAS: 'an alias is unknown, circular, or expands too much',
  ERR_CONFIG_TAG: 'a YAML tag is used',
  ERR_CONFIG_MULTIPLE_DOCUMENTS: 'the file holds more than one YAML document',
  ERR_CONFIG_NOT_A_MAP: 'the document is not a map',
  // config/: ${…}
  ERR_CONFIG_VARIABLE_UNSET: 'an environment variable is not set',
  ERR_CONFIG_VARIABLE_SYNTAX: 'the syntax of a ${…} is invalid',
  ERR_CONFIG_VARIABLE_FILE: 'the file of a ${file:…} cannot be read',
  ERR_CONFIG_SECRET_DEFAULT: 'a secret has a default in the file',
  // config/: shape
  ERR_CONFIG_UNKNOWN_KEY: 'a key does not exist here',
  ERR_CONFIG_MISSING_KEY: 'a required key is missing',
  ERR_CONFIG_TYPE: 'a value has the wrong type',
  ERR_CONFIG_VALUE: 'a value is not one of the allowed ones',
  ERR_CONFIG_RANGE: 'a value is too small or too large',
  ERR_CONFIG_EMPTY_LIST: 'an empty list would silently remove a check',
  ERR_CONFIG_EXACTLY_ONE: 'mutually exclusive keys are combined, or all of them are missing',
  ERR_CONFIG_USELESS_KEY: 'a key has no effect next to the others',
  ERR_CONFIG_DURATION: 'a value is not a duration',
  ERR_CONFIG_SIZE: 'a value is not a size',
  ERR_CONFIG_NAME: 'a value is not a valid name',
  ERR_CONFIG_ADDRESS: 'a value is not a listen address',
  ERR_CONFIG_SERVER_URL: 'a value is not the URL of an upstream server',
  ERR_CONFIG_AUTH_URL: 'a value is not the URL of an auth service',
  ERR_CONFIG_SIGN_IN: 'a value is not the URL or path of a login page',
  ERR_CONFIG_NETWORK: 'a value is neither an address nor a network',
  ERR_CONFIG_HOST: 'a value is not a host pattern',
  ERR_CONFIG_PATH: 'a value is not a path pattern',
  ERR_CONFIG_METHOD: 'a value is not an HTTP method',
  ERR_CONFIG_HEADER: 'a header name cannot be used',
  ERR_CONFIG_PASSWORD_HASH: 'a value is not a usable password hash',
  ERR_CONFIG_SCOPE: 'a value is not a scope',
  ERR_CONFIG_CLAIM_PATH: 'a value is not a claim path',
  ERR_CONFIG_PATTERN: 'a regular expression cannot be used',
  ERR_CONFIG_CLAIM_RULE: 'a claim rule checks nothing, or contradicts itself',
  // config/: what does not go together
  ERR_CONFIG_DUPLICATE_NAME: 'a name is used twice',
  ERR_CONFIG_UNKNOWN_POLICY: 'a named policy does not exist',
  ERR_CONFIG_UNKNOWN_ISSUER: 'a named issuer does not exist',
  ERR_CONFIG_UNKNOWN_UPSTREAM: 'a named upstream does not exist',
  ERR_CONFIG_ROUTE_UPSTREAM: 'the gateway has no upstream for a request',
  ERR_CONFIG_ISSUER_AMBIGUOUS: 'two issuers of one policy accept the same iss',
  ERR_CONFIG_TENANTS: 'an issuer template and its tenants do not match',
  ERR_CONFIG_ISSUER_ANY: '`issuer: any` is not allowed here',
  ERR_CONFIG_URL: 'a value is not an https:// URL that Warder can fetch',
  ERR_CONFIG_URL_INSECURE: 'keys would be fetched over http://',
  ERR_CONFIG_ALGORITHM_UNKNOWN: 'a value is not a signature algorithm',
  ERR_CONFIG_ALGORITHM_UNSUPPORTED: 'this runtime does not support an algorithm',
  ERR_CONFIG_ALGORITHMS_MIXED: 'one issuer mixes HMAC and public-key algorithms or keys',
  ERR_CONFIG_SECRET_ENCODING: 'a secret is not valid in its encoding',
  ERR_CONFIG_SECRET_SHORT: 'a secret is too short for its algorithm',
  ERR_CONFIG_ADMIN_EXPOSED: 'the admin listener could be reached from other machines',
  ERR_CONFIG_ADDRESS_TAKEN: 'two listeners have the same address',
  // config/: relaxations
  WARN_CONFIG_AUDIENCE_ANY: 'the audience is not checked',
  WARN_CONFIG_AUDIENCE_ACCOUNT: 'every token of the realm has the configured audience',
  ERR_CONFIG_WILDCARD: 'a text that is compared literally has a wildcard',
  WARN_CONFIG_CLAIM_WILDCARD: 'a claim of an issuer is compared with a text that contains a `*`',
  WARN_CONFIG_TENANT_ANY: 'every tenant of a provider is accepted',
  WARN_CONFIG_ISSUER_ANY: 'the issuer is not checked',
  WARN_CONFIG_EXP_OPTIONAL: 'tokens that never expire are accepted',
  WARN_CONFIG_SENDER_CONSTRAINED: 'tokens bound to a key are accepted without proof of possession',
  WARN_CONFIG_QUERY_TOKEN: 'tokens are accepted in the URL',
  WARN_CONFIG_WEBSOCKET_HEADER: 'a WebSocket token is looked for in the whole header',
  WARN_CONFIG_HTTP: 'keys are fetched over http://',
  WARN_CONFIG_JWKS_ELSEWHERE: 'the keys of an issuer are on another host',
  WARN_CONFIG_PASSWORD_HASH: 'a password hash is weak',
  WARN_CONFIG_SECRET_SHORT: 'a secret is shorter than its algorithm requires',
  WARN_CONFIG_ANONYMOUS_EVERYTHING: 'a route for all paths allows requests without a token',
  WARN_CONFIG_PUBLIC_EVERYTHING: 'a route makes everything public',
  WARN_CONFIG_DECISIONS_EXPOSED: 'the decisions listener can be reached from other machines',
  WARN_CONFIG_UNROUTED: 'there are policies but no routes, so any valid token is allowed',
  WARN_CONFIG_UNUSED_POLICY: 'no route or endpoint names the policy',
  WARN_CONFIG_UNUSED_ISSUER: 'no policy accepts the issuer',
  WARN_CONFIG_UNUSED_UPSTREAM: 'no route names the upstream',
  WARN_CONFIG_SECRET_READABLE: 'every user of the machine may read a file with a secret',
  WARN_CONFIG_PASSWORDS_UNLIMITED: 'passwords can be guessed without a limit',
  WARN_CONFIG_RATE_LIMIT_KEY: 'a rate limit counts by a value that the client chooses',
  // compat/
  ERR_COMPAT_ISSUER_ANY: 'the name of an issuer has another meaning in Warder',
  WARN_COMPAT_ISSUER_UNCHECKED: 'jwtauthrequest: the issuer is not checked',
  WARN_COMPAT_AUDIENCE_UNCHECKED: 'jwtauthrequest: the audience is not checked',
  WARN_COMPAT_EXP_OPTIONAL: 'jwtauthrequest: tokens that never expire are accepted',
  WARN_COMPAT_SECRET_SHORT: 'jwtauthrequest: the shared key is shorter than its algorithm requires',
  WARN_COMPAT_HTTP: 'jwtauthrequest: keys are fetched over http://',
  WARN_COMPAT_EXPOSED: 'jwtauthrequest: every machine that reaches the port can ask for decisions',
  WARN_COMPAT_DEBUG: 'jwtauthrequest: debug has no effect',
  ERR_COMPAT_UNSUPPORTED: 'Goma: Warder does not have this feature',
  ERR_COMPAT_UNKNOWN_MIDDLEWARE: 'Goma: a named middleware does not exist',
  WARN_COMPAT_NO_EFFECT: 'Goma: a key has no effect',
  WARN_COMPAT_EXTRA_DIRECTORY: 'Goma: the directory of additional files does not exist',
  WARN_COMPAT_PATH_WIDENED: 'Goma: everything below a guarded path is guarded too',
  WARN_COMPAT_PUBLIC_PATHS: 'Goma: a path below or next to a guarded path is public',
  WARN_COMPAT_NO_ROUTES: 'Goma: there are no routes',
  WARN_COMPAT_UNUSED_MIDDLEWARE: 'Goma: no route names the middleware',
  // keys/
  ERR_KEYS_SECRET_UNUSABLE: 'a secret is too short, or no algorithm of the issuer uses one',
  ERR_KEYS_SECRET_PUBLIC: 'a secret is a public key or a certificate',
  ERR_KEYS_FILE_UNREADABLE: 'a key file cannot be read, or is larger than 1 MiB',
  ERR_KEYS_PRIVATE_KEY: 'a private key where a public key belongs',
  ERR_KEYS_PEM_INVALID: 'a PEM file has no public key, or an unusable one',
  ERR_KEYS_CROWDED: 'an issuer has more keys without a kid, or with the same one, than Warder tries',
  ERR_KEYS_JWKS_INVALID: 'a JWK set file is damaged, or has no usable key',
  ERR_KEYS_URL_INVALID: 'keys cannot be fetched from this URL',
  ERR_KEYS_REACH_UNSUPPORTED: 'this process cannot reach keys in the configured way',
  ERR_KEYS_UNREACHABLE: 'the keys of an issuer cannot be fetched',
  ERR_KEYS_ANSWER_INVALID: 'the URL of an issuer does not return metadata or a key set',
  ERR_KEYS_ISSUER_MISMATCH: 'the issuer is not the one that the provider announces',
  ERR_KEYS_NONE_USABLE: 'an issuer publishes keys, but none of them is usable',
  WARN_KEYS_REFUSED: 'an issuer publishes keys that must not be trusted',
  WARN_KEYS_CLOCK: 'the clocks of Warder and an issuer differ by more than 5 seconds',
  WARN_KEYS_FILE_UNREADABLE: 'a file that is needed to fetch the keys cannot be read at the moment',
  WARN_KEYS_SNAPSHOT_UNSAFE: 'a snapshot of keys is not used, because others could have written it',
  // gateway/
  ERR_GATEWAY_CERTIFICATE: 'a certificate of the gateway cannot be used',
  WARN_GATEWAY_CERTIFICATE: 'a listener starts without one of its configured certificates',
  ERR_GATEWAY_USERS: 'a users file cannot be used',
  WARN_GATEWAY_NO_USERS: 'a users file has no users, so nobody gets in',
  // cli/
  ERR_CLI_USAGE: 'the arguments of a command are invalid',
  ERR_CLI_CONFIG_NOT_FOUND: 'no configuration file was named, and the default locations have none',
  ERR_CLI_TOKEN_ABSENT: 'a command needs a token and got none',
  ERR_CLI_FILE_UNREADABLE: 'a file named on the command line cannot be read',
  ERR_CLI_KEY_UNUSABLE: 'a token cannot be signed with this key',
  ERR_CLI_OUTPUT: 'the output of a command could not be written',
  ERR_CLI_UNREACHABLE: 'a running Warder or a site cannot be reached, or is not ready',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** An operator's or programmer's mistake, with a stable code and what to do about it. */
export class WarderError extends Error {
  readonly code: ErrorCode
  /** What to write or run next; one sentence each. */
  readonly hints: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { hints?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'WarderError'
    this.code = code
    this.hints = options.hints ?? []
  }
}
