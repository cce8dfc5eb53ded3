/** A rule of a middleware of Goma → what it does: an auth service or a policy judges, everything is denied, or counted. */
import { mistake, type Problem } from '../../../settings/problem.ts'
import { quoted } from '../../../printable.ts'
import { err, ok, type Result } from '../../../result.ts'
import { withoutEmpty, type NativeValue } from '../../read-foreign.ts'
import { unsupported } from '../noted-keys.ts'
import type { AuthRequestRule, ForwardAuthRule, RateLimitRule } from './rules.ts'

/** A rate limit of a `warder.yaml`. */
export interface GomaLimit {
  readonly requests: number
  readonly per: string
  readonly by?: NativeValue
}

/** Values are those of a `warder.yaml`. */
export type Judge =
  | { readonly kind: 'deny' }
  | { readonly kind: 'rate_limit'; readonly value: GomaLimit }
  | {
      readonly kind: 'forward_auth' | 'basic_auth'
      readonly value: NativeValue
      /** Key of the value → where it is written in the middleware. */
      readonly origins: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'policy'
      readonly name: string
      readonly issuer: NativeValue
      readonly policy: NativeValue
      readonly keepsToken: boolean
    }

/** What is wrong with a rule. */
export interface RuleProblem extends Problem {
  /** The key of the rule that it is about. Absent: the rule as a whole. */
  readonly at?: string
}

/** @param beside Keys that are written beside `rule`. */
export function translateAuthRequest(
  { url, requiredHeaders, headers, params }: AuthRequestRule,
  beside: readonly string[],
): Judge {
  const origin = (key: string): string => (beside.includes(key) ? key : `rule/${key}`)
  return {
    kind: 'forward_auth',
    value: withoutEmpty({ url, required_headers: requiredHeaders, headers, params }),
    origins: {
      url: 'rule/url',
      required_headers: 'rule/requiredHeaders',
      headers: origin('headers'),
      params: origin('params'),
    },
  }
}

/** What the service is sent by default. */
const SENT_HEADERS = ['Authorization', 'Cookie', 'User-Agent']

export function translateForwardAuth(rule: ForwardAuthRule): Judge | Problem {
  // `url` up to 0.2.6.
  const url = rule.authUrl ?? rule.url
  if (url === undefined || (rule.authUrl !== undefined && rule.url !== undefined)) return NO_AUTH_URL
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
    value: withoutEmpty({
      url,
      send_headers: sent,
      headers: headers.value,
      params: params.value,
      answer_cookies: rule.addAuthCookiesToResponse,
      sign_in: signIn,
    }),
    origins: {
      url: rule.authUrl === undefined ? 'rule/url' : 'rule/authUrl',
      sign_in: 'rule/authSignIn',
      answer_cookies: 'rule/addAuthCookiesToResponse',
      send_headers: 'rule/authRequestHeaders',
      headers: 'rule/authResponseHeaders',
      params: 'rule/authResponseHeadersAsParams',
    },
  }
}

const NO_AUTH_URL = mistake('ERR_CONFIG_EXACTLY_ONE', 'a rule needs one of `authUrl` and `url`')

/** Entries of the form `Name` or `Source: Target`. */
function toAnswerMap(entries: readonly string[]): Result<NativeValue, Problem> {
  const map = new Map<string, string>()
  for (const entry of entries) {
    const [from = '', to = from, ...more] = entry.split(':').map((part) => part.trim())
    if (from === '' || to === '' || more.length > 0 || map.has(from)) {
      const message = `${quoted(entry)} is neither \`Name\` nor \`Source: Target\`, or its name is repeated`
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
  const message = `\`keyStrategy\` with the source \`${source}\` has no \`name\``
  return mistake('ERR_CONFIG_MISSING_KEY', message)
}
