/** Denials of tokens that were denied before: what is remembered of them, and whether it is still true. */
import { checkTimes, timeClaimsOf } from '../../jwt/check-times.ts'
import type { VerificationKey } from '../../keys/verification-key.ts'
import { isAlgorithm } from '../../syntax/algorithms.ts'
import type { Denial } from '../denial.ts'
import type { DeniedToken } from '../denied-tokens.ts'
import type { DenyReason } from '../reasons.ts'
import type { Trial } from '../trial.ts'

/**
 * The denials that follow from the token, the policy and the keys that were tried, and from the clock (`by_clock`) or
 * not (`always`). No others are remembered: they are about what may change, such as a key that is still missing, or
 * cost as little as remembering.
 */
const REMEMBERED: Readonly<Partial<Record<DenyReason, 'always' | 'by_clock'>>> = {
  signature_invalid: 'always',
  key_unsuitable: 'always',
  token_expired: 'by_clock',
  token_not_yet_valid: 'by_clock',
  token_issued_in_future: 'by_clock',
  token_too_old: 'by_clock',
  exp_missing: 'always',
  audience_missing: 'always',
  audience_mismatch: 'always',
  claim_missing: 'always',
  claim_invalid: 'always',
  sender_constraint_failed: 'always',
  claim_rule_failed: 'always',
  scope_missing: 'always',
  identity_unfit: 'always',
}

/** Remembers the denial of full verification, if the same token will be denied for the same reason. */
export function rememberDenial(trial: Trial, denial: Denial, digest: string): void {
  const { issuer, jws, candidates, key, policy, window } = trial
  const kind = REMEMBERED[denial.reason]
  if (kind === undefined || issuer === undefined || jws === undefined || policy === undefined) return
  // Before its keys are known, a token has cost little.
  if (candidates === undefined || !isAlgorithm(jws.header.alg)) return
  // While a source of the issuer is unavailable, it may have the right key.
  if (trial.missingKeysSeconds !== undefined || trial.isNameElsewhere) return
  const hasGoodTimes = window !== undefined || kind === 'by_clock'
  trial.guard.denied?.put(digest, policy.id, {
    issuer,
    kid: jws.header.kid,
    algorithm: jws.header.alg,
    candidates,
    key,
    times: key !== undefined && hasGoodTimes ? timeClaimsOf(jws.claims) : undefined,
    denial: kind === 'by_clock' ? undefined : denial,
  })
}

/**
 * What full verification would say of a token that it has denied before; undefined: it has to be asked.
 *
 * The issuer's keys are asked for the token's key as always, because that may start the search for it; the times are
 * checked by the same function. What is saved is the signature, and reading the token.
 */
export function recallDenial(trial: Trial, digest: string): Denial | undefined {
  const { denied } = trial.guard
  if (denied === undefined || trial.policy === undefined) return undefined
  const known = denied.get(digest, trial.policy.id)
  if (known === undefined) return undefined
  const denial = hasSameKeys(known) ? denialAt(known, trial.nowSeconds) : undefined
  if (denial === undefined) {
    denied.forget(digest, trial.policy.id)
    return undefined
  }
  if (known.key !== undefined) known.issuer.keys.noteUse(known.key)
  trial.issuer = known.issuer
  trial.isCacheHit = true
  return denial
}

function hasSameKeys({ issuer, kid, algorithm, candidates }: DeniedToken): boolean {
  const answer = issuer.keys.lookup(kid, algorithm, true)
  return (
    answer.state === 'found' &&
    answer.othersRetryAfterSeconds === undefined &&
    answer.isNameElsewhere !== true &&
    isSameList(answer.keys, candidates)
  )
}

/** Objects, not contents: a key that was replaced is another one. */
const isSameList = (a: readonly VerificationKey[], b: readonly VerificationKey[]): boolean =>
  a === b || (a.length === b.length && a.every((key, index) => key === b[index]))

function denialAt({ issuer, times, denial }: DeniedToken, nowSeconds: number): Denial | undefined {
  if (times === undefined) return denial
  const window = checkTimes(times, issuer.settings, nowSeconds)
  if (window.ok) return denial
  const { error } = window
  // Times of the wrong type, or that are missing, were denied at any time.
  return error.reason === 'claim_missing' || error.reason === 'claim_invalid' ? undefined : error
}
