/** One client of a jwtauthrequest configuration → an issuer and a policy of a `warder.yaml`. */
import { isHmac } from '../../syntax/algorithms.ts'
import type { ErrorCode } from '../../errors.ts'
import { mistake, type Problem } from '../../settings/problem.ts'
import {
  allowIfShort,
  ANY,
  ISSUER_ANY,
  withoutEmpty,
  type NativeValue,
  type Report,
} from '../read-foreign.ts'
import type { ClientConfig } from './schema.ts'

/** The parameter that `curl …?token=` of its README uses, whatever `token-name` says. */
const QUERY_NAME = 'token'

/** @param name Unique among the clients. */
export function toIssuer(client: ClientConfig, name: string): NativeValue {
  const { issuer, audience, HMAC: secret, 'allowed-algo': algorithms, 'required-claims': required } = client
  const isHttp = issuer?.startsWith('http:') === true
  return withoutEmpty({
    name,
    issuer: issuer ?? ANY,
    audience: audience ?? ANY,
    require_kid: secret === undefined,
    keys: secret === undefined ? { allow_http: isHttp } : { secret, ...allowIfShort(secret, algorithms) },
    algorithms,
    // The original allows none.
    leeway: 0,
    require: required,
    allow_missing_exp: required?.includes('exp') !== true,
  })
}

/** Header first, then the query: under its own name, and under `token`. */
export function toPolicy(
  { 'token-name': name, 'trim-prefix': prefix = '' }: ClientConfig,
  issuer: string,
): NativeValue {
  const header = { header: name, trim_prefix: prefix }
  const named = name === undefined ? [] : [header, { query: name }]
  const query = name === QUERY_NAME ? [] : [{ query: QUERY_NAME }]
  return { issuers: [issuer], token_sources: [...named, ...query] }
}

/**
 * Reports what a client says that a `warder.yaml` has no words for.
 *
 * @param place Pointer to the client.
 */
export function checkClient(client: ClientConfig, place: string, report: Report): void {
  const { issuer, HMAC: secret, 'allowed-algo': algorithms = [] } = client
  const hmac = algorithms.find((name) => isHmac(name))
  if (secret === undefined && hmac !== undefined && algorithms.every((name) => isHmac(name))) {
    const message = `\`${hmac}\` is allowed, but there is no \`HMAC\` key`
    const problem = mistake('ERR_CONFIG_MISSING_KEY', message, 'add the shared key as `HMAC`')
    report(`${place}/allowed-algo`, problem)
  } else if (secret === undefined && issuer === undefined) report(`${place}/issuer`, NO_KEYS)
  if (issuer === ANY) report(`${place}/issuer`, ISSUER_ANY)
  if (client.debug === true) report(`${place}/debug`, DEBUG)
}

const NO_KEYS = mistake(
  'ERR_CONFIG_MISSING_KEY',
  'keys come from the issuer, and none is named',
  'write the URL of the issuer, or `HMAC` with the shared key',
)
const DEBUG = mistake(
  'WARN_COMPAT_DEBUG',
  '`debug` has no effect: every denial is logged with its reason',
  'remove it; `warder explain` shows every step of a decision',
)

type Words = (problem: Problem) => Problem | undefined

/** @param message Absent: that of the `warder.yaml`. */
const closedWith =
  (code: ErrorCode, hint: string, message?: string): Words =>
  (problem) =>
    mistake(code, message ?? problem.message, `close it with ${hint}`)

/** Problems of a `warder.yaml` in the words of jwtauthrequest: the keys in hints are its own. */
export const IN_ITS_WORDS: Readonly<Partial<Record<ErrorCode, Words>>> = {
  // Every client reads the parameter `token`, and none can turn that off.
  WARN_CONFIG_QUERY_TOKEN: () => undefined,
  WARN_CONFIG_ISSUER_ANY: closedWith('WARN_COMPAT_ISSUER_UNCHECKED', '`"issuer": "…"`'),
  WARN_CONFIG_AUDIENCE_ANY: closedWith(
    'WARN_COMPAT_AUDIENCE_UNCHECKED',
    '`"audience": ["…"]`',
    'tokens made for any other service are accepted',
  ),
  WARN_CONFIG_EXP_OPTIONAL: closedWith('WARN_COMPAT_EXP_OPTIONAL', '`"required-claims": ["exp"]`'),
  WARN_CONFIG_SECRET_SHORT: closedWith(
    'WARN_COMPAT_SECRET_SHORT',
    'an `HMAC` of 32 bytes for HS256, 48 for HS384 and 64 for HS512 (RFC 7518 §3.2)',
  ),
  WARN_CONFIG_HTTP: closedWith('WARN_COMPAT_HTTP', 'an https:// `issuer`'),
  WARN_CONFIG_DECISIONS_EXPOSED: closedWith(
    'WARN_COMPAT_EXPOSED',
    '`"listen-port": "127.0.0.1:…"` if the proxy runs on this machine',
    'every machine that reaches this port may ask for decisions',
  ),
  ERR_CONFIG_SECRET_SHORT: ({ hints = [], ...problem }) => ({
    ...problem,
    hints: ['fewer than 16 bytes can be guessed', ...hints],
  }),
  ERR_CONFIG_ALGORITHMS_MIXED: ({ code }) =>
    mistake(
      code,
      'algorithms of shared and of public keys in one client',
      'a public key must never be usable as an HMAC key; make two clients',
    ),
  ERR_CONFIG_WILDCARD: ({ code, message }) =>
    mistake(code, message, 'write the exact value; to leave it unchecked, remove the key'),
  // Where else keys may come from is no business of this file.
  ERR_CONFIG_URL: ({ code, message }) => ({ code, message }),
}
