/** What to do about each mistake in a configuration, unless its diagnostic has a better hint. docs/errors.md has the same texts. */
import type { ErrorCode } from '../errors.ts'

/** The codes of this room. */
export type ConfigCode = Extract<ErrorCode, `ERR_CONFIG_${string}` | `WARN_CONFIG_${string}`>

/** Total over {@link ConfigCode}: a code without advice does not compile. */
export const ADVICE: Readonly<Record<ConfigCode, string>> = {
  ERR_CONFIG_FILE_MISSING: 'check the path; it is relative to the working directory of the command',
  ERR_CONFIG_FILE_UNREADABLE: 'name a file that the user Warder runs as can read',
  ERR_CONFIG_FILE_TOO_LARGE: 'split the policies over several instances, or shorten the included file',
  ERR_CONFIG_ENCODING: 'save the file as UTF-8; write a binary secret in base64, with `encoding: base64`',
  ERR_CONFIG_EMPTY: 'begin with `version: 1` and one entry in `issuers`',
  ERR_CONFIG_SYNTAX: 'look at the line and the one above it: indentation, quotes, brackets',
  ERR_CONFIG_DUPLICATE_KEY:
    'remove one of the two. Programs differ in which one they use, so Warder uses neither',
  ERR_CONFIG_KEY: 'write the key in quotes. `__proto__` is not accepted at all',
  ERR_CONFIG_ALIAS: 'define the anchor above the alias, and write out large repetitions',
  ERR_CONFIG_TAG: 'write the value without a tag (`!!…` or `!…`)',
  ERR_CONFIG_MULTIPLE_DOCUMENTS: 'remove the `---` between documents, or split the file',
  ERR_CONFIG_NOT_A_MAP: 'the file must be a map of keys',
  ERR_CONFIG_VARIABLE_UNSET:
    'set the variable, or give a default: `${NAME:-…}`. Secrets cannot have a default',
  ERR_CONFIG_VARIABLE_SYNTAX:
    'write `${NAME}`, `${NAME:-default}` or `${file:PATH}`; for a literal `${`, write `$${`',
  ERR_CONFIG_VARIABLE_FILE: 'check the path; it is relative to the configuration file',
  ERR_CONFIG_SECRET_DEFAULT: 'write `${NAME}` without a default: a secret written in the file is not secret',
  ERR_CONFIG_UNKNOWN_KEY: 'use one of the known keys that the message lists',
  ERR_CONFIG_MISSING_KEY: 'add the key',
  ERR_CONFIG_TYPE: 'write a value of the type that the message names',
  ERR_CONFIG_VALUE: 'write one of the values that the message names',
  ERR_CONFIG_RANGE: 'stay within the bounds that the message names',
  ERR_CONFIG_EMPTY_LIST: 'write at least one value, or leave the key out',
  ERR_CONFIG_EXACTLY_ONE: 'keep exactly one of the keys that the message names',
  ERR_CONFIG_USELESS_KEY: 'remove this key; it has no effect here',
  ERR_CONFIG_DURATION: 'write a number with a unit: `500ms`, `30s`, `5m`, `1h`',
  ERR_CONFIG_SIZE: 'write a whole number with a unit: `512B`, `8KiB`, `1MiB`',
  ERR_CONFIG_NAME: 'use 1 to 64 letters, digits, `_`, `.` or `-`',
  ERR_CONFIG_ADDRESS: 'write `host:port`, `[IPv6]:port`, `:port` or `unix:PATH`',
  ERR_CONFIG_HOST: 'write `api.example.com` or `*.example.com`, without a port',
  ERR_CONFIG_PATH: 'write `/exact`, `/tree/**`, or `*` for one whole segment, with decoded characters',
  ERR_CONFIG_METHOD: 'write a method such as `GET`',
  ERR_CONFIG_HEADER: 'choose another name of letters, digits and `-`, such as `X-Auth-Subject`',
  ERR_CONFIG_PASSWORD_HASH: 'generate a hash with `htpasswd -nB NAME`',
  ERR_CONFIG_SCOPE: 'write visible ASCII without quotes and backslashes',
  ERR_CONFIG_CLAIM_PATH: 'separate names by dots; `\\.` is a dot inside a name',
  ERR_CONFIG_PATTERN: 'use RE2 syntax, without look-around and back-references, in at most 256 characters',
  ERR_CONFIG_CLAIM_RULE:
    'write a value, or an operator such as `equals`, `in` or `contains`; `exists: false` stands alone',
  ERR_CONFIG_DUPLICATE_NAME: 'rename one of them',
  ERR_CONFIG_UNKNOWN_POLICY: 'use a name from `policies`',
  ERR_CONFIG_UNKNOWN_ISSUER: 'use the `name` of an issuer',
  ERR_CONFIG_ISSUER_AMBIGUOUS: 'merge the two issuers, or restrict each policy to one of them with `issuers`',
  ERR_CONFIG_ISSUER_ANY:
    'configure its keys as `secret`, `pem`, `pem_file`, `jwks` or `jwks_file`, and list it alone in `issuers` of a policy',
  ERR_CONFIG_TENANTS: 'write `{tenant}` in `issuer`, and the accepted values in `tenants`',
  ERR_CONFIG_URL:
    'write an `https://` URL without user name or fragment, or configure the keys in another way',
  ERR_CONFIG_URL_INSECURE: 'use `https://`. For loopback and tests set `allow_http: true` in `keys`',
  ERR_CONFIG_ALGORITHM_UNKNOWN:
    'use one of the names that the message lists, in the same letter case. `none` is never accepted',
  ERR_CONFIG_ALGORITHM_UNSUPPORTED: 'use another algorithm, or a runtime that supports it',
  ERR_CONFIG_ALGORITHMS_MIXED:
    'split it into two issuers. A public key must never be usable as an HMAC secret',
  ERR_CONFIG_SECRET_ENCODING: 'set `encoding` to the encoding of the secret',
  ERR_CONFIG_SECRET_SHORT: 'generate a longer one: `openssl rand -hex 32` (RFC 7518 §3.2)',
  ERR_CONFIG_ADMIN_EXPOSED:
    'use `127.0.0.1`, a unix socket, or `admin: off`, or configure `tokens` or `client_certificates` in `admin`',
  ERR_CONFIG_ADMIN_TOKEN: 'generate one with `openssl rand -hex 32`, and write only the token into its file',
  ERR_CONFIG_ADDRESS_TAKEN: 'give each listener its own address',
  WARN_CONFIG_AUDIENCE_ANY:
    'name the audience of your API; otherwise tokens for any other service are accepted here',
  WARN_CONFIG_AUDIENCE_ACCOUNT:
    'in Keycloak, add an audience mapper and name that audience: `account` is in every token of the realm',
  ERR_CONFIG_WILDCARD:
    'write the exact text, or `{tenant}` with `tenants` in an issuer; `any` accepts every value',
  WARN_CONFIG_CLAIM_WILDCARD:
    'write the exact texts, or use `starts_with`; `require` accepts any value of a claim',
  WARN_CONFIG_TENANT_ANY:
    'list the accepted tenants in `tenants`, or restrict them with a claim rule: anyone can open an account there',
  WARN_CONFIG_ISSUER_ANY: 'name the exact `iss`',
  WARN_CONFIG_EXP_OPTIONAL: 'have the issuer set `exp`, and remove `allow_missing_exp`',
  WARN_CONFIG_SENDER_CONSTRAINED:
    'remove `allow_sender_constrained`: without the proof, a stolen token works for anyone',
  WARN_CONFIG_QUERY_TOKEN: 'send the token in a header: URLs end up in logs, histories and Referer headers',
  WARN_CONFIG_WEBSOCKET_HEADER:
    'write `websocket_protocol: access_token` for `access_token, TOKEN`, or `websocket_protocol: bearer.` for `bearer.TOKEN`',
  WARN_CONFIG_JWKS_ELSEWHERE:
    'check that the other host belongs to the issuer: anyone who controls it can sign its tokens',
  WARN_CONFIG_HTTP: 'use `https://`: anyone on the network path can replace the keys',
  WARN_CONFIG_PASSWORD_HASH: 'generate a stronger one with `htpasswd -nB NAME`',
  WARN_CONFIG_SECRET_SHORT: 'generate a longer secret and remove `allow_short_secret`',
  WARN_CONFIG_ANONYMOUS_EVERYTHING: 'name the paths that visitors may see without a token',
  WARN_CONFIG_PUBLIC_EVERYTHING: 'name the paths that are public',
  WARN_CONFIG_ADMIN_PLAINTEXT:
    'configure `tls` in `admin`, or listen on `127.0.0.1` and reach it through a tunnel, such as `kubectl port-forward`',
  WARN_CONFIG_DECISIONS_EXPOSED:
    'name the proxy in `trusted_callers`, have it show a certificate (`listen.tls`), or make the address reachable by it alone: a private network, a unix socket',
  WARN_CONFIG_UNROUTED:
    'write routes that name the policies, or let the proxy name one: `/v1/auth/PROXY/NAME`',
  ERR_CONFIG_AUTH_URL:
    'write `http://host:port/path` or `https://host/path?query`, without a user name or a fragment',
  ERR_CONFIG_SIGN_IN: 'write `https://login.example.com/?rd=` or `/oauth2/start?rd=`, without a fragment',
  ERR_CONFIG_NETWORK: 'write `10.0.0.5`, `10.0.0.0/8` or `2001:db8::/32`; in `trusted_proxies` also `unix`',
  ERR_CONFIG_ROUTE_UPSTREAM: 'add `upstream: NAME` to every route without `access: deny`',
  ERR_CONFIG_SERVER_URL:
    'write `http://host:port`, `https://host:port` or `unix:/path`, without a path, a query or a user name',
  ERR_CONFIG_UNKNOWN_UPSTREAM: 'use a name from `upstreams`',
  WARN_CONFIG_UNUSED_UPSTREAM: 'name it in a route, or remove it',
  WARN_CONFIG_PASSWORDS_UNLIMITED:
    'add `rate_limit: { requests: 600, per: 1m }` to the route, to its upstream, or to each gateway listener; it counts every request from an address',
  WARN_CONFIG_RATE_LIMIT_KEY: 'add a second limit by address',
  WARN_CONFIG_SECRET_READABLE:
    'remove the permission: `chmod o-r FILE`. Files of a Kubernetes secret have mode 0644 by default: set `defaultMode: 0440` for the volume, and `fsGroup` for the pod',
  WARN_CONFIG_UNUSED_POLICY:
    'name it in a route, or remove it. It still judges requests whose caller names it in the URL',
  WARN_CONFIG_UNUSED_ISSUER: 'name it in `issuers` of a policy, or remove it',
}

/** Nothing for the codes of other rooms, whose diagnostics carry their own hints. */
export const adviceOn = (code: ErrorCode): readonly string[] => (isConfigCode(code) ? [ADVICE[code]] : [])

const isConfigCode = (code: ErrorCode): code is ConfigCode => Object.hasOwn(ADVICE, code)
