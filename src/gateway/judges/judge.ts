/** One of those that judge a request of a route: a policy, an auth service, or a question for a password. */
import type { Decide } from '../../decision/decide.ts'
import type { Deny } from '../../decision/decision.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import type { AuthDenial, Grant } from './auth-service/auth-answer.ts'
import type { BasicAuthSettings, UserSettings } from '../../settings/basic-auth/definition.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { ForwardAuthSettings } from '../../settings/forward-auth/definition.ts'

/** What a judge is made of. */
export type JudgeInput =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'forward_auth'; readonly settings: ForwardAuthSettings }
  /** `users`: those of the settings and of their file. */
  | {
      readonly kind: 'basic_auth'
      readonly settings: BasicAuthSettings
      readonly users: readonly UserSettings[]
    }

/** What a judge that allows hands on. */
export interface Allowance {
  readonly kind: 'allowed'
  readonly policy?: string | undefined
  readonly issuer?: string | undefined
  /** Values of the identity headers in their order; absent: none. */
  readonly identity?: readonly string[]
  /** When a token would be accepted no more, in epoch seconds. */
  readonly notAfter?: number | undefined
  readonly grant?: Grant
  /** Values of `Set-Cookie` for the client. */
  readonly cookies?: readonly string[]
}

/** Why a judge says no; the rest of the decision is the route's. */
export type Refusal = Omit<Deny, 'id' | 'route' | 'outcome'>

export type JudgeOutcome =
  | Allowance
  /** `denial`: what an auth service says beside the refusal. */
  | { readonly kind: 'denied'; readonly refusal: Refusal; readonly denial?: AuthDenial | undefined }

export interface RouteJudge {
  /**
   * Asks about a request.
   *
   * @param settled Called once, perhaps at once.
   * @returns Gives up: `settled` is not called.
   */
  ask(request: ClientRequest, settled: (outcome: JudgeOutcome) => void): () => void
}

const NONE = { policy: undefined, issuer: undefined, challenge: undefined, retryAfterSeconds: undefined }

/** A no that neither a policy nor a token is behind. */
export const refused = (
  refusal: Pick<Refusal, 'reason' | 'status'> & Partial<Refusal>,
  denial?: AuthDenial,
): JudgeOutcome => ({ kind: 'denied', refusal: { ...NONE, detail: undefined, ...refusal }, denial })

/** A policy of the core, asked by its name: the same `decide` as everywhere. */
export function policyJudge(policy: Policy, decide: Decide): RouteJudge {
  return {
    ask({ authz }, settled) {
      let isCancelled = false
      const decided = (decision: Awaited<ReturnType<Decide>>): void => {
        if (isCancelled) return
        if (decision.outcome === 'deny') return settled(refused(decision))
        const { issuer, identity, notAfter } = decision
        settled({ kind: 'allowed', policy: decision.policy, issuer, identity, notAfter })
      }
      const decision = decide({ request: authz, policy })
      if (decision instanceof Promise) void decision.then(decided)
      else decided(decision)
      return () => {
        isCancelled = true
      }
    },
  }
}
