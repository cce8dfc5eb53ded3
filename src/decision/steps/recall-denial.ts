/** Denials of tokens that were denied before: what is remembered of them, and whether it is still true. */
import { checkTimes, timeClaimsOf } from '../../jwt/check-times.ts'
import type { JoseHeader } from '../../jwt/jose-header.ts'
import type { KeyLookup } from '../../keys/key-source.ts'
import { isAlgorithm } from '../../syntax/algorithms.ts'
import type { Denial } from '../denial.ts'
import type { DeniedToken, KeyQuestion } from '../denied-tokens.ts'
import type { DenyReason } from '../reasons.ts'
import type { Trial } from '../trial.ts'

/**
 * The denials that follow from the token, the policy and the answer about its key, and from the clock (`by_clock`) or
 * not (`always`). No others are remembered: a token that cannot be read costs as little as one that is remembered.
 */
const REMEMBERED: Readonly<Partial<Record<DenyReason, 'always' | 'by_clock'>>> = {
  issuer_unknown: 'always',
  alg_not_allowed: 'always',
  typ_not_allowed: 'always',
  kid_missing: 'always',
  kid_unknown: 'always',
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
  const { issuer, jws, keyAnswer, key, policy, window, subject } = trial
  const kind = REMEMBERED[denial.reason]
  if (kind === undefined || jws === undefined || policy === undefined) return
  const asked = keyAnswer && questionOf(jws.header, keyAnswer)
  if (asked === 'uncertain') return
  const hasGoodTimes = window !== undefined || kind === 'by_clock'
  trial.guard.denied?.put(digest, policy.id, {
    issuer,
    asked,
    key,
    times: key !== undefined && hasGoodTimes ? timeClaimsOf(jws.claims) : undefined,
    denial: kind === 'by_clock' ? undefined : denial,
    subject,
  })
}

const questionOf = ({ kid, alg }: JoseHeader, answer: KeyLookup): KeyQuestion | 'uncertain' =>
  isCertain(answer) && isAlgorithm(alg) ? { kid, algorithm: alg, answer } : 'uncertain'

/** While a source of the issuer is unavailable, it may have the right key. */
function isCertain(answer: KeyLookup): boolean {
  switch (answer.state) {
    case 'found':
      return answer.othersRetryAfterSeconds === undefined && answer.isNameElsewhere !== true
    case 'kid_unknown':
    case 'kid_missing':
    case 'unsuitable':
      return true
    case 'unavailable':
    case 'pending':
      return false
  }
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
  const denial = isAnsweredAsThen(known) ? denialAt(known, trial.nowSeconds) : undefined
  if (denial === undefined) {
    denied.forget(digest, trial.policy.id)
    return undefined
  }
  if (known.key !== undefined) known.issuer?.keys.noteUse(known.key)
  trial.issuer = known.issuer
  trial.subject = known.subject
  trial.isCacheHit = true
  return denial
}

function isAnsweredAsThen({ issuer, asked }: DeniedToken): boolean {
  if (asked === undefined) return true
  const answer = issuer?.keys.lookup(asked.kid, asked.algorithm, true)
  return answer !== undefined && isCertain(answer) && isSame(answer, asked.answer)
}

/** Keys are compared as objects: one that was replaced is another one. */
function isSame(now: KeyLookup, then: KeyLookup): boolean {
  if (now === then || now.state !== 'found' || then.state !== 'found') return now.state === then.state
  return now.keys.length === then.keys.length && now.keys.every((key, index) => key === then.keys[index])
}

function denialAt({ issuer, times, denial }: DeniedToken, nowSeconds: number): Denial | undefined {
  if (times === undefined || issuer === undefined) return denial
  const window = checkTimes(times, issuer.settings, nowSeconds)
  if (window.ok) return denial
  const { error } = window
  // Times of the wrong type, or that are missing, were denied at any time.
  return error.reason === 'claim_missing' || error.reason === 'claim_invalid' ? undefined : error
}
