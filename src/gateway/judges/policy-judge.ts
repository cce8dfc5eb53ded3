/** The core as a judge: the same `decide` as everywhere. */
import type { Decide, Question } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import { denied, type RouteJudge } from './judge.ts'

/**
 * Asks the core.
 *
 * @param decided Called once, perhaps at once.
 * @returns Cancels: `decided` is not called.
 */
export function askCore(
  decide: Decide,
  question: Question,
  decided: (decision: Decision) => void,
): () => void {
  let isCancelled = false
  const decision = decide(question)
  if (decision instanceof Promise)
    void decision.then((later) => {
      if (!isCancelled) decided(later)
    })
  else decided(decision)
  return () => {
    isCancelled = true
  }
}

/** A policy as one of several judges, asked by its name. */
export const policyJudge = (policy: Policy, decide: Decide): RouteJudge => ({
  ask: ({ authz }, settled) =>
    askCore(decide, { request: authz, policy }, (decision) => {
      if (decision.outcome === 'deny') return settled(denied(decision))
      const { issuer, identity, notAfter, subject } = decision
      settled({ kind: 'allowed', policy: decision.policy, issuer, identity, notAfter, subject })
    }),
})
