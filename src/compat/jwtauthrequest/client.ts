/** One client of a jwtauthrequest configuration → one issuer and one policy. */
import { LEAST_SECRET_BYTES, secretBytesNeeded } from '../../config/check-issuer.ts'
import { whyNotFetchable } from '../../config/check-key-url.ts'
import { defaultAlgorithms, isHmac } from '../../config/default-algorithms.ts'
import type { Problem } from '../../settings/problem.ts'
import { DEFAULT_REMOTE_KEYS } from '../../config/setting-defaults.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { KeySettings } from '../../settings/keys/definition.ts'
import type { PolicySettings } from '../../settings/policy/definition.ts'
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import { ANY, ISSUER_ANY } from '../issuer-any.ts'
import type { ClientConfig } from './schema.ts'

/** A problem and the key of the client that it is about. */
export interface ClientProblem {
  readonly key: keyof ClientConfig
  readonly problem: Problem
}

/** The parameter that `curl …?token=` of its README uses, whatever `token-name` says. */
const QUERY_NAME = 'token'

/** What is wrong with a client, and what it leaves unchecked. Without errors it can be translated. */
export function checkClient(
  client: ClientConfig,
  supported: ReadonlySet<Algorithm>,
): readonly ClientProblem[] {
  const found: ClientProblem[] = []
  const add = (key: keyof ClientConfig, problem: Problem): void => {
    found.push({ key, problem })
  }
  checkAlgorithms(client, supported, add)
  if (client.HMAC === undefined) checkIssuerUrl(client, add)
  else checkSharedKey(client, client.HMAC, add)
  if (client.issuer === ANY) add('issuer', ISSUER_ANY)
  if (client.issuer === undefined && client.HMAC !== undefined) add('issuer', ISSUER_UNCHECKED)
  if (client.audience === undefined) add('audience', AUDIENCE_UNCHECKED)
  if (client['required-claims']?.includes('exp') !== true) add('required-claims', EXP_OPTIONAL)
  if (client.debug === true) add('debug', DEBUG)
  return found
}

/** @param name Name of both, unique among the clients. @param client Without errors in {@link checkClient}. */
export function translateClient(
  client: ClientConfig,
  name: string,
  supported: ReadonlySet<Algorithm>,
): { readonly issuer: IssuerSettings; readonly policy: PolicySettings } {
  const required = client['required-claims'] ?? []
  const issuer: IssuerSettings = {
    name,
    issuer: client.issuer ?? null,
    audience: client.audience ?? null,
    algorithms: [...new Set(algorithmsOf(client, supported))],
    keys: keysOf(client),
    // The original allows none.
    leewaySeconds: 0,
    require: required,
    allowMissingExp: !required.includes('exp'),
    requireKid: client.HMAC === undefined,
    allowSenderConstrained: false,
  }
  const policy: PolicySettings = {
    name,
    issuers: [name],
    tokenSources: tokenSourcesOf(client),
    scope: [],
    scopeAny: [],
    claims: [],
    identity: [],
  }
  return { issuer, policy }
}

const algorithmsOf = (client: ClientConfig, supported: ReadonlySet<Algorithm>): readonly Algorithm[] =>
  client['allowed-algo'] ?? defaultAlgorithms(client.HMAC === undefined ? 'public' : 'secret', supported)

function keysOf(client: ClientConfig): KeySettings {
  if (client.HMAC === undefined) {
    const issuer = client.issuer ?? ''
    return { kind: 'discovery', issuer, ...DEFAULT_REMOTE_KEYS, allowHttp: issuer.startsWith('http:') }
  }
  const secret = new TextEncoder().encode(client.HMAC)
  return { kind: 'secret', secret, allowShortSecret: secret.length < neededBytes(client) }
}

/** Header first, then the query: under its own name, and under `token`. */
function tokenSourcesOf(client: ClientConfig): readonly TokenSourceSettings[] {
  const name = client['token-name']
  const prefix = client['trim-prefix'] ?? ''
  const trim = prefix === '' ? {} : { trimPrefix: prefix }
  const byName: readonly TokenSourceSettings[] =
    name === undefined
      ? []
      : [
          { kind: 'header', name: name.toLowerCase(), ...trim },
          { kind: 'query', name },
        ]
  return name === QUERY_NAME ? byName : [...byName, { kind: 'query', name: QUERY_NAME }]
}

type Add = (key: keyof ClientConfig, problem: Problem) => void

function checkAlgorithms(client: ClientConfig, supported: ReadonlySet<Algorithm>, add: Add): void {
  const algorithms = client['allowed-algo'] ?? []
  const hmac = algorithms.find((name) => isHmac(name))
  const publicKey = algorithms.find((name) => !isHmac(name))
  if (publicKey !== undefined && (hmac !== undefined || client.HMAC !== undefined)) {
    const message = `\`${publicKey}\` together with ${hmac === undefined ? '`HMAC`' : `\`${hmac}\``} in one client`
    const hints = ['a public key must never be usable as an HMAC key; make two clients']
    add('allowed-algo', { code: 'ERR_CONFIG_ALGORITHMS_MIXED', message, hints })
  } else if (hmac !== undefined && client.HMAC === undefined) {
    const message = `\`${hmac}\` is allowed, but there is no \`HMAC\` key`
    add('allowed-algo', { code: 'ERR_CONFIG_MISSING_KEY', message, hints: ['add the shared key as `HMAC`'] })
  }
  const missing = algorithms.filter((name) => !supported.has(name))
  if (missing.length > 0) {
    const message = `this runtime has no ${missing.join(', ')}`
    add('allowed-algo', { code: 'ERR_CONFIG_ALGORITHM_UNSUPPORTED', message })
  }
}

const neededBytes = (client: ClientConfig): number => secretBytesNeeded(client['allowed-algo'] ?? ['HS256'])

function checkSharedKey(client: ClientConfig, key: string, add: Add): void {
  const { length } = new TextEncoder().encode(key)
  const needed = neededBytes(client)
  if (length >= needed) return
  const message = `the HMAC key has ${length} bytes, and ${needed} are needed`
  if (length < LEAST_SECRET_BYTES) {
    const hints = [
      `fewer than ${LEAST_SECRET_BYTES} can be guessed; make one with \`openssl rand -hex ${needed / 2}\``,
    ]
    return add('HMAC', { code: 'ERR_CONFIG_SECRET_SHORT', message, hints })
  }
  const hints = [`close it with an \`HMAC\` of ${needed} bytes (RFC 7518 §3.2)`]
  add('HMAC', { code: 'WARN_COMPAT_SECRET_SHORT', message, hints })
}

function checkIssuerUrl(client: ClientConfig, add: Add): void {
  if (client['allowed-algo']?.some((name) => isHmac(name)) === true) return
  if (client.issuer === undefined) {
    const hints = ['write the URL of the issuer, or `HMAC` with the shared key']
    return add('issuer', {
      code: 'ERR_CONFIG_MISSING_KEY',
      message: 'keys come from the issuer, and none is named',
      hints,
    })
  }
  const why = whyNotFetchable(client.issuer, true)
  if (why !== undefined) {
    return add('issuer', { code: 'ERR_CONFIG_URL', message: `keys cannot be fetched from here: ${why}` })
  }
  if (client.issuer.startsWith('https:')) return
  const message = 'keys are fetched over http://, where anyone on the way can replace them'
  add('issuer', { code: 'WARN_COMPAT_HTTP', message, hints: ['close it with an https:// `issuer`'] })
}

const ISSUER_UNCHECKED: Problem = {
  code: 'WARN_COMPAT_ISSUER_UNCHECKED',
  message: 'tokens are accepted whatever their `iss` says',
  hints: ['close it with `"issuer": "…"`'],
}
const AUDIENCE_UNCHECKED: Problem = {
  code: 'WARN_COMPAT_AUDIENCE_UNCHECKED',
  message: 'tokens made for any other service are accepted',
  hints: ['close it with `"audience": ["…"]`'],
}
const EXP_OPTIONAL: Problem = {
  code: 'WARN_COMPAT_EXP_OPTIONAL',
  message: 'tokens without `exp` are accepted, and never expire',
  hints: ['close it with `"required-claims": ["exp"]`'],
}
const DEBUG: Problem = {
  code: 'WARN_COMPAT_DEBUG',
  message: '`debug` has no effect: every denial is logged with its reason',
  hints: ['remove it; `warder explain` shows every step of a decision'],
}
