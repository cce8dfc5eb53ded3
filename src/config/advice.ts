/** What to do about each mistake in a configuration, where its place says no more. docs/errors.md says the same. */
import type { ErrorCode } from '../errors.ts'

/** The codes of this room. */
export type ConfigCode = Extract<ErrorCode, `ERR_CONFIG_${string}` | `WARN_CONFIG_${string}`>

/** Total over {@link ConfigCode}: a code without advice does not compile. */
export const ADVICE: Readonly<Record<ConfigCode, string>> = {
  ERR_CONFIG_FILE_MISSING: 'check the path; it is relative to the directory in which the command runs',
  ERR_CONFIG_FILE_UNREADABLE: 'name a file, and let the user that Warder runs as read it',
  ERR_CONFIG_FILE_TOO_LARGE: 'split the policies over several instances, or shorten the included file',
  ERR_CONFIG_ENCODING: 'save the file as UTF-8. A binary secret goes in as base64, with `encoding: base64`',
  ERR_CONFIG_EMPTY: 'begin with `version: 1` and one entry in `issuers`',
  ERR_CONFIG_SYNTAX: 'look at the line and the one above it: indentation, quotes, brackets',
  ERR_CONFIG_DUPLICATE_KEY:
    'keep one of the two. Programs differ in which one they use, so neither is chosen',
  ERR_CONFIG_KEY: 'write the key in quotes. `__proto__` is not accepted at all',
  ERR_CONFIG_ALIAS: 'define the anchor above the alias, and write large repetitions out',
  ERR_CONFIG_TAG: 'write the value without a tag (`!!…` or `!…`)',
  ERR_CONFIG_MULTIPLE_DOCUMENTS: 'remove the `---` between documents, or split the file',
  ERR_CONFIG_NOT_A_MAP: 'the file must be a map of keys',
  ERR_CONFIG_VARIABLE_UNSET: 'set the variable, or give a default: `${NAME:-…}`. Secrets take no default',
  ERR_CONFIG_VARIABLE_SYNTAX:
    'write `${NAME}`, `${NAME:-default}` or `${file:PATH}`; a literal `${` is `$${`',
  ERR_CONFIG_VARIABLE_FILE: 'check the path; it is relative to the configuration file',
  ERR_CONFIG_SECRET_DEFAULT:
    'write `${NAME}` without a default: a secret that is known from the file is none',
  ERR_CONFIG_UNKNOWN_KEY: 'use one of the known keys that the message lists',
  ERR_CONFIG_MISSING_KEY: 'add the key',
  ERR_CONFIG_TYPE: 'write a value of the type that the message names',
  ERR_CONFIG_VALUE: 'write one of the values that the message names',
  ERR_CONFIG_RANGE: 'stay within the bounds that the message names',
  ERR_CONFIG_EMPTY_LIST: 'write at least one value, or leave the key out',
  ERR_CONFIG_EXACTLY_ONE: 'keep exactly one of the keys that the message names',
  ERR_CONFIG_USELESS_KEY: 'remove the key: it would look as if it did something',
  ERR_CONFIG_DURATION: 'write a number with a unit: `500ms`, `30s`, `5m`, `1h`',
  ERR_CONFIG_SIZE: 'write a whole number with a unit: `512B`, `8KiB`, `1MiB`',
  ERR_CONFIG_NAME: 'use 1 to 64 letters, digits, `_`, `.` or `-`',
  ERR_CONFIG_ADDRESS: 'write `host:port`, `[IPv6]:port`, `:port` or `unix:PATH`',
  ERR_CONFIG_HOST: 'write `api.example.com` or `*.example.com`, without a port',
  ERR_CONFIG_PATH: 'write `/exact`, `/tree/**`, or `*` for one whole segment, with decoded characters',
  ERR_CONFIG_METHOD: 'write a method such as `GET`',
  ERR_CONFIG_HEADER: 'choose a name of your own with letters, digits and `-`, such as `X-Auth-Subject`',
  ERR_CONFIG_PASSWORD_HASH: 'make a hash with `htpasswd -nB NAME`',
  ERR_CONFIG_SCOPE: 'scopes are visible ASCII without quotes and backslashes',
  ERR_CONFIG_CLAIM_PATH: 'write names with dots between them; `\\.` is a dot inside a name',
  ERR_CONFIG_PATTERN:
    'write it in the syntax of RE2, without look-around and back-references, in at most 256 characters',
  ERR_CONFIG_CLAIM_RULE:
    'write a value, or an operator such as `equals`, `in` or `contains`; `exists: false` stands alone',
  ERR_CONFIG_DUPLICATE_NAME: 'rename one of them',
  ERR_CONFIG_UNKNOWN_POLICY: 'name a policy of `policies`',
  ERR_CONFIG_UNKNOWN_ISSUER: 'name an issuer by its `name`',
  ERR_CONFIG_ISSUER_AMBIGUOUS: 'merge the two issuers, or restrict each policy to one of them with `issuers`',
  ERR_CONFIG_ISSUER_ANY:
    'give its keys as `secret`, `pem`, `pem_file`, `jwks` or `jwks_file`, and name it alone in `issuers` of a policy',
  ERR_CONFIG_TENANTS: 'write `{tenant}` in `issuer`, and the accepted values in `tenants`',
  ERR_CONFIG_URL: 'write an `https://` URL without user name or fragment, or give the keys in another way',
  ERR_CONFIG_URL_INSECURE: 'use `https://`. For loopback and tests set `allow_http: true` in `keys`',
  ERR_CONFIG_ALGORITHM_UNKNOWN:
    'use one of the names that the message lists, in the same letter case. `none` is never accepted',
  ERR_CONFIG_ALGORITHM_UNSUPPORTED: 'use another algorithm, or a runtime that has it',
  ERR_CONFIG_ALGORITHMS_MIXED: 'make two issuers. A public key must never be usable as an HMAC secret',
  ERR_CONFIG_SECRET_ENCODING: 'set `encoding` to the way the secret is written',
  ERR_CONFIG_SECRET_SHORT: 'make a longer one: `openssl rand -hex 32` (RFC 7518 §3.2)',
  ERR_CONFIG_ADMIN_EXPOSED:
    'use `127.0.0.1`, a unix socket, or `admin: off`: this listener has no authentication',
  ERR_CONFIG_ADDRESS_TAKEN: 'give each listener its own address',
  WARN_CONFIG_AUDIENCE_ANY:
    'name the audience of your API; otherwise tokens made for any other service work here',
  WARN_CONFIG_AUDIENCE_ACCOUNT:
    'in Keycloak, add an audience mapper and name that audience: `account` is in every token of the realm',
  ERR_CONFIG_WILDCARD:
    'write the exact text, or `{tenant}` with `tenants` in an issuer; `any` accepts every one',
  WARN_CONFIG_CLAIM_WILDCARD: 'write the exact texts, or `starts_with`; `require` for a claim of any value',
  WARN_CONFIG_TENANT_ANY:
    'name the tenants in `tenants`, or tell them apart by a claim rule: anyone can open an account there',
  WARN_CONFIG_ISSUER_ANY: 'name the exact `iss`',
  WARN_CONFIG_EXP_OPTIONAL: 'let the issuer write `exp`, and remove `allow_missing_exp`',
  WARN_CONFIG_SENDER_CONSTRAINED:
    'remove `allow_sender_constrained`: without the proof, a stolen token works for anyone',
  WARN_CONFIG_QUERY_TOKEN: 'send the token in a header: URLs end up in logs, histories and Referer headers',
  WARN_CONFIG_WEBSOCKET_HEADER:
    'write `websocket_protocol: access_token` for `access_token, TOKEN`, or `websocket_protocol: bearer.` for `bearer.TOKEN`',
  WARN_CONFIG_JWKS_ELSEWHERE:
    'check that the other host is the issuer’s: whoever controls it can sign its tokens',
  WARN_CONFIG_HTTP: 'use `https://`: anyone on the way can replace the keys',
  WARN_CONFIG_PASSWORD_HASH: 'make a better one with `htpasswd -nB NAME`',
  WARN_CONFIG_SECRET_SHORT: 'make a longer secret and remove `allow_short_secret`',
  WARN_CONFIG_ANONYMOUS_EVERYTHING: 'name the paths that visitors may see without a token',
  WARN_CONFIG_PUBLIC_EVERYTHING: 'name the paths that are public',
  WARN_CONFIG_DECISIONS_EXPOSED:
    'let only the proxy reach it: a private network, a firewall, or a unix socket',
  WARN_CONFIG_UNROUTED:
    'write routes that name the policies, or let the proxy name one: `/v1/auth/nginx/NAME`',
  ERR_CONFIG_AUTH_URL:
    'write `http://host:port/path` or `https://host/path?query`, without a user name or a fragment',
  ERR_CONFIG_SIGN_IN: 'write `https://login.example.com/?rd=` or `/oauth2/start?rd=`, without a fragment',
  ERR_CONFIG_NETWORK: 'write `10.0.0.5`, `10.0.0.0/8` or `2001:db8::/32`; in `trusted_proxies` also `unix`',
  ERR_CONFIG_ROUTE_UPSTREAM: 'write `upstream: NAME` into every route that is not `access: deny`',
  ERR_CONFIG_SERVER_URL:
    'write `http://host:port`, `https://host:port` or `unix:/path`, without a path, a query or a user name',
  ERR_CONFIG_UNKNOWN_UPSTREAM: 'name an upstream of `upstreams`',
  WARN_CONFIG_UNUSED_UPSTREAM: 'name it in a route, or remove it',
  WARN_CONFIG_PASSWORDS_UNLIMITED:
    'add `rate_limit: { requests: 600, per: 1m }` to the route, to its upstream, or to each gateway listener; it counts every request of an address',
  WARN_CONFIG_RATE_LIMIT_KEY: 'add a limit by address beside it',
  WARN_CONFIG_SECRET_READABLE:
    'take the permission away: `chmod o-r FILE`. Those of a Kubernetes secret have mode 0644 by default: set `defaultMode: 0440` for the volume, and `fsGroup` for the pod',
  WARN_CONFIG_UNUSED_POLICY:
    'name it in a route, or remove it. It still judges where a caller names it in the URL',
  WARN_CONFIG_UNUSED_ISSUER: 'name it in `issuers` of a policy, or remove it',
}

/** Nothing for the codes of other rooms, which say what to do themselves. */
export const adviceOn = (code: ErrorCode): readonly string[] => (isConfigCode(code) ? [ADVICE[code]] : [])

const isConfigCode = (code: ErrorCode): code is ConfigCode => Object.hasOwn(ADVICE, code)
