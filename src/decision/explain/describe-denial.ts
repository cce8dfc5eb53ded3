/** The facts of a denial as one line for people: in the log, in explain and on the command line. */
import { quote } from '../../keys/quote.ts'
import type { ClaimMiss, Denial, DenialFacts } from '../denial.ts'

/** Undefined if there is nothing to add to the reason. Contains text from clients: redact it before you show it. */
export function describeDenial(denial: Denial): string | undefined {
  const describe = (SENTENCES as Partial<Record<string, (facts: Denial) => string | undefined>>)[
    denial.reason
  ]
  return describe?.(denial)
}

/** Total over {@link DenialFacts}: facts without a sentence do not compile. */
const SENTENCES: {
  readonly [Reason in keyof DenialFacts]: (facts: DenialFacts[Reason]) => string | undefined
} = {
  // These facts are in the log alone: a sentence would say the same as the reason.
  issuer_unknown: () => undefined,
  credentials_invalid: () => undefined,
  token_multiple: ({ field }) => (field === undefined ? undefined : `more than one ${field} field`),
  token_malformed: describeMalformed,
  token_encrypted: ({ sign }) =>
    sign === 'five_parts' ? 'five parts: an encrypted token (JWE)' : 'the header has `enc`',
  crit_unsupported: ({ member }) => `the header has \`${member}\``,
  alg_not_allowed: ({ alg }) => (alg === undefined ? '`alg` is not a string' : `alg ${quoted(alg)}`),
  typ_not_allowed: ({ typ, accepted }) =>
    `typ is ${typ === undefined ? 'absent' : quoted(typ)}, accepted ${accepted.join(', ') || 'any type of access tokens'}`,
  kid_unknown: ({ kid }) => `kid ${quoted(kid)}`,
  key_unsuitable({ kid, isOtherTenant }) {
    if (isOtherTenant) return 'the key set names another issuer for this key'
    return kid === undefined ? undefined : `kid ${quoted(kid)}`
  },
  signature_invalid: ({ isKidElsewhere }) =>
    isKidElsewhere ? 'a key source is unavailable, and may have another key of this `kid`' : undefined,
  audience_missing: describeMiss,
  audience_mismatch: describeMiss,
  claim_missing: describeMiss,
  claim_invalid: describeMiss,
  claim_rule_failed: describeMiss,
  exp_missing: () => 'the token has no `exp`',
  token_expired: ({ agoSeconds, leewaySeconds }) =>
    `expired ${seconds(agoSeconds)} ago, leeway ${leewaySeconds} s`,
  token_not_yet_valid: ({ inSeconds, leewaySeconds }) =>
    `valid in ${seconds(inSeconds)}, leeway ${leewaySeconds} s`,
  token_issued_in_future: ({ aheadSeconds, leewaySeconds }) =>
    `\`iat\` is ${seconds(aheadSeconds)} ahead of this clock, leeway ${leewaySeconds} s`,
  token_too_old: ({ ageSeconds, maxAgeSeconds }) =>
    `issued ${seconds(ageSeconds)} ago, max_age ${maxAgeSeconds} s`,
  scope_missing: ({ missing }) => `missing: ${missing.join(' ')}`,
  identity_unfit: ({ header, maxBytes }) =>
    maxBytes === undefined
      ? `${header}: the claim has no unambiguous form as a header value`
      : `${header}: longer than max_bytes (${maxBytes})`,
  origin_missing: ({ field, fault, expected, remedy }) =>
    `${field} is ${fault === 'missing' ? 'missing' : `not ${expected}`}; ${remedy}`,
  caller_untrusted: ({ peer }) => (peer === '' ? 'a peer of the unix socket' : peer),
  path_ambiguous: ({ ambiguity }) => ambiguity,
  method_refused: ({ fault }) => fault,
  header_missing: ({ header }) => `\`${header}\``,
  auth_service_denied: ({ status }) => `it answered ${status}`,
  auth_service_failed: ({ fault }) => fault,
  auth_service_not_asked: ({ url }) => (url === undefined ? undefined : `the gateway would ask ${url}`),
  keys_unavailable: ({ isUnverified }) =>
    isUnverified ? 'no available key verifies the signature' : undefined,
  overloaded: ({ work }) => (work === undefined ? undefined : `too many ${work} to verify`),
  internal_error: ({ at }) => at,
}

const MALFORMED = {
  characters: 'a character that is neither base64url nor a dot',
  header_encoding: 'the header is not canonical base64url',
  header_json: 'the header is not one unambiguous JSON object',
  payload_encoding: 'the payload is not canonical base64url',
  payload_json: 'the payload is not one unambiguous JSON object',
  signature_encoding: 'the signature is not canonical base64url',
  zip: 'the header has `zip`',
  kid: '`kid` is not a short visible string',
  typ: '`typ` is not a string',
  nested: 'a nested token (`cty`)',
} as const

function describeMalformed({ fault, parts = 0 }: DenialFacts['token_malformed']): string {
  if (fault !== 'parts') return MALFORMED[fault]
  const count = parts > 5 ? 'more than five parts' : parts === 1 ? 'one part' : `${parts} parts`
  return `${count} instead of three`
}

/** Fits into one line of a log; a rule may list hundreds of values. */
const MAX_EXPECTED = 200

function describeMiss({ claim, expected, found }: ClaimMiss): string {
  const shown = expected.length > MAX_EXPECTED ? `${expected.slice(0, MAX_EXPECTED)}…` : expected
  return `\`${claim}\` ${shown}; the claim is ${found}`
}

/** Facts are shortened when they are made. */
const quoted = (text: string): string => quote(text, text.length)

const seconds = (value: number): string => `${Math.floor(value)} s`
