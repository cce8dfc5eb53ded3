/** One rule of a middleware of Goma → what it does: an auth service or a policy judges, nobody gets in, or not so often. */
import type { Problem } from '../config/diagnostic.ts'
import { quoted } from '../config/printable.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { unsupported } from './goma-keys.ts'
import type { AuthRequestRule, ForwardAuthRule, LocalJwtRule, RateLimitRule } from './goma-rules.ts'

type Value = Readonly<Record<string, unknown>>

/** A rate limit of a `warder.yaml`. */
export interface GomaLimit {
  readonly requests: number
  readonly per: string
  readonly by?: Value
}

/** Values are those of a `warder.yaml`. */
export type Judge =
  | { readonly kind: 'deny' }
  | { readonly kind: 'rate_limit'; readonly value: GomaLimit }
  | {
      readonly kind: 'forward_auth'
      readonly value: Value
      /** Key of the value → where it is written in the middleware. */
      readonly origins: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'basic_auth'
      readonly value: Value
      readonly origins: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'policy'
      readonly name: string
      readonly issuer: Value
      readonly policy: Value
      readonly keepsToken: boolean
    }

/** @param beside Keys that are written beside `rule`. */
export function translateAuthRequest(
  { url, requiredHeaders, headers, params }: AuthRequestRule,
  beside: readonly string[],
): Judge {
  const origin = (key: string): string => (beside.includes(key) ? key : `rule/${key}`)
  return {
    kind: 'forward_auth',
    value: {
      url,
      ...optional('required_headers', requiredHeaders),
      ...optional('headers', headers),
      ...optional('params', params),
    },
    origins: {
      url: 'rule/url',
      required_headers: 'rule/requiredHeaders',
      headers: origin('headers'),
      params: origin('params'),
    },
  }
}

/** What the service is sent when no more is asked for. */
const SENT_HEADERS = ['Authorization', 'Cookie', 'User-Agent']

export function translateForwardAuth(rule: ForwardAuthRule): Judge | Problem {
  const headers = toAnswerMap(rule.authResponseHeaders ?? [])
  if (!headers.ok) return headers.error
  const params = toAnswerMap(rule.authResponseHeadersAsParams ?? [])
  if (!params.ok) return params.error
  const signIn = rule.authSignIn ?? ''
  if (signIn.includes('?') && !signIn.endsWith('=')) {
    const hint = 'put the parameter for the way back last: https://login.example.com/?theme=dark&rd='
    return unsupported('`authSignIn` with a query that does not end with `=` is not supported', hint)
  }
  const seen = new Set<string>()
  const sent = [...SENT_HEADERS, ...(rule.authRequestHeaders ?? [])].filter((name) => {
    const isNew = !seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    return isNew
  })
  return {
    kind: 'forward_auth',
    value: {
      url: rule.authUrl,
      send_headers: sent,
      ...optional('headers', headers.value),
      ...optional('params', params.value),
      ...optional('answer_cookies', rule.addAuthCookiesToResponse),
      ...(signIn === '' ? {} : { sign_in: signIn }),
    },
    origins: {
      url: 'rule/authUrl',
      sign_in: 'rule/authSignIn',
      answer_cookies: 'rule/addAuthCookiesToResponse',
      send_headers: 'rule/authRequestHeaders',
      headers: 'rule/authResponseHeaders',
      params: 'rule/authResponseHeadersAsParams',
    },
  }
}

/** Entries of the form `Name` or `Source: Target`. */
function toAnswerMap(entries: readonly string[]): Result<Value, Problem> {
  const map = new Map<string, string>()
  for (const entry of entries) {
    const [from = '', to = from, ...more] = entry.split(':').map((part) => part.trim())
    if (from === '' || to === '' || more.length > 0 || map.has(from)) {
      const message = `${quoted(entry)} is neither \`Name\` nor \`Source: Target\`, or is there twice`
      return err({ code: 'ERR_CONFIG_VALUE', message })
    }
    map.set(from, to)
  }
  return ok(Object.fromEntries(map))
}

const UNITS: Readonly<Record<RateLimitRule['unit'], string>> = { second: '1s', minute: '1m', hour: '1h' }

export function translateRateLimit(rule: RateLimitRule): Judge | Problem {
  const { unit, requestsPerUnit, keyStrategy: { source = 'ip', name } = {} } = rule
  const value = { requests: requestsPerUnit, per: UNITS[unit] }
  if (source === 'ip') return { kind: 'rate_limit', value }
  if (name !== undefined) return { kind: 'rate_limit', value: { ...value, by: { [source]: name } } }
  return {
    code: 'ERR_CONFIG_MISSING_KEY',
    message: `\`keyStrategy\` with the source \`${source}\` has no \`name\``,
  }
}

/** @param name Of the issuer and the policy. */
export function translateLocalJwt(name: string, rule: LocalJwtRule): Judge | Problem {
  if (rule.alg !== undefined && rule.algorithms !== undefined)
    return { code: 'ERR_CONFIG_EXACTLY_ONE', message: '`alg` and `algorithms` exclude each other' }
  const keys = keysOf(rule)
  if (!keys.ok) return keys.error
  return {
    kind: 'policy',
    name,
    issuer: {
      name,
      issuer: rule.issuer ?? 'any',
      audience: rule.audience === undefined ? 'any' : [rule.audience],
      keys: keys.value,
      ...optional('algorithms', rule.algorithms ?? (rule.alg === undefined ? undefined : [rule.alg])),
      leeway: 0,
    },
    policy: { issuers: [name], ...optional('identity', rule.forwardHeaders) },
    keepsToken: rule.forwardAuthorization ?? false,
  }
}

const NO_KEYS: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: 'a rule with one of `secret`, `jwksUrl`, `jwksFile` and `publicKey` is needed',
  hints: ['for an auth service write `url`'],
}

function keysOf({ secret, jwksUrl, jwksFile, publicKey }: LocalJwtRule): Result<Value, Problem> {
  if ([secret, jwksUrl, jwksFile, publicKey].filter((key) => key !== undefined).length !== 1)
    return err(NO_KEYS)
  if (secret !== undefined) return ok({ secret })
  if (jwksUrl !== undefined) return ok({ jwks_url: jwksUrl })
  const [key, file = ''] = jwksFile === undefined ? ['publicKey', publicKey] : ['jwksFile', jwksFile]
  // Goma also takes the key itself, as PEM or in base64, and tries one after the other.
  if (!KEY_FILE.test(file)) {
    const hint = 'write the key into a file with a name such as key.pem or keys.json'
    return err(unsupported(`\`${key}\` that is not the path of a file is not supported`, hint))
  }
  return ok(key === 'publicKey' ? { pem_file: [file] } : { jwks_file: file })
}

const KEY_FILE = /^[\w./-]{1,255}\.(?:pem|pub|crt|cer|key|json|jwks)$/

/** Empty lists and maps are none. */
function optional(key: string, value: object | undefined): Value {
  return value === undefined || Object.keys(value).length === 0 ? {} : { [key]: value }
}
