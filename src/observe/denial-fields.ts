/** The facts of a denial as fields of their own, for programs that search the log. */
import type { ClaimMiss, Denial, DenialFacts } from '../decision/denial.ts'
import { redact } from './redact.ts'

/** What was compared: each is one short text without tokens, and never the value of a claim about a person. */
export interface DenialFields {
  /** The `kid` of the token's header, if it is about the key. */
  readonly kid?: string | undefined
  /** The name that was sent with a wrong password; anybody can send any name. */
  readonly user?: string | undefined
  /** The claim that it is about. */
  readonly claim?: string | undefined
  /** What was wanted of it. */
  readonly expected?: string | undefined
  /** What the token or the request had, or a description of it. */
  readonly found?: string | undefined
}

/** In characters: a rule may list hundreds of values. */
const MAX_EXPECTED = 256
/** What a client chooses is shorter, so that a line of wide characters is one that a pipe takes as a whole. */
const MAX_SENT = 128

/** Undefined members: the denial has no such fact. Texts of clients are among them; they are made safe here. */
export function denialFields(denial: Denial): DenialFields {
  const read = (FIELDS as Partial<Record<string, (facts: Denial) => DenialFields>>)[denial.reason]
  if (read === undefined) return NONE
  const { user, kid, claim, expected, found } = read(denial)
  return {
    user: safe(user, MAX_SENT),
    kid: safe(kid, MAX_SENT),
    claim: safe(claim, MAX_SENT),
    expected: safe(expected, MAX_EXPECTED),
    found: safe(found, MAX_SENT),
  }
}

const NONE: DenialFields = {}

const safe = (text: string | undefined, maxLength: number): string | undefined =>
  text === undefined ? undefined : redact(text, maxLength)

/** The other facts are not a comparison; `detail` has them. */
const FIELDS: {
  readonly [Reason in keyof DenialFacts]?: (facts: DenialFacts[Reason]) => DenialFields
} = {
  issuer_unknown: ({ iss }) => ({ claim: 'iss', found: iss }),
  alg_not_allowed: ({ alg, accepted }) => ({ expected: accepted?.join(' '), found: alg ?? 'not a text' }),
  typ_not_allowed: ({ typ, accepted }) => ({
    expected: accepted.join(' ') || 'any type of access tokens',
    found: typ ?? 'absent',
  }),
  kid_unknown: ({ kid }) => ({ kid }),
  key_unsuitable: ({ kid }) => ({ kid }),
  signature_invalid: ({ kid }) => ({ kid }),
  audience_missing: ofMiss,
  audience_mismatch: ({ audiences, ...miss }) =>
    audiences === undefined ? ofMiss(miss) : { ...ofMiss(miss), found: audiences.join(' ') },
  claim_missing: ofMiss,
  claim_invalid: ofMiss,
  claim_rule_failed: ofMiss,
  exp_missing: () => ({ claim: 'exp', expected: 'is required', found: 'absent' }),
  token_expired: ({ agoSeconds, leewaySeconds }) => ({
    claim: 'exp',
    expected: `at most ${leewaySeconds} s ago`,
    found: `${Math.floor(agoSeconds)} s ago`,
  }),
  token_not_yet_valid: ({ inSeconds, leewaySeconds }) => ({
    claim: 'nbf',
    expected: `at most ${leewaySeconds} s ahead`,
    found: `${Math.floor(inSeconds)} s ahead`,
  }),
  token_issued_in_future: ({ aheadSeconds, leewaySeconds }) => ({
    claim: 'iat',
    expected: `at most ${leewaySeconds} s ahead`,
    found: `${Math.floor(aheadSeconds)} s ahead`,
  }),
  token_too_old: ({ ageSeconds, maxAgeSeconds }) => ({
    claim: 'iat',
    expected: `at most ${maxAgeSeconds} s ago`,
    found: `${Math.floor(ageSeconds)} s ago`,
  }),
  scope_missing: ({ missing, scopes }) => {
    const held = scopes.filter((scope) => !missing.includes(scope))
    return { expected: scopes.join(' '), found: held.join(' ') || 'none of them' }
  },
  identity_unfit: ({ header, maxBytes }) => ({
    expected:
      maxBytes === undefined ? `a header value for ${header}` : `at most ${maxBytes} bytes in ${header}`,
  }),
  credentials_invalid: ({ user }) => ({ user }),
  origin_missing: ({ field, fault, expected }) => ({ expected: `${field}: ${expected}`, found: fault }),
  caller_untrusted: ({ peer }) => ({ found: peer === '' ? 'unix' : peer }),
  header_missing: ({ header }) => ({ expected: header, found: 'absent' }),
  auth_service_denied: ({ status }) => ({ expected: 'an allow', found: String(status) }),
}

function ofMiss({ claim, expected, found }: ClaimMiss): DenialFields {
  return { claim, expected, found }
}
