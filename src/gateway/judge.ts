/** The decision on a request: that of the core, or, where the route says so, that of its auth service. */
import type { Decision } from '../decision/decision.ts'
import type { AuthDenial, Grant } from './auth-answer.ts'
import type { AuthOutcome } from './auth-service.ts'
import type { ClientRequest } from './client-request.ts'
import type { GatewayRules } from './rules.ts'

export interface Judgement {
  readonly decision: Decision
  /** What the auth service hands to the application; undefined if none was asked. */
  readonly grant: Grant | undefined
  /** What the auth service wants the client to be told; absent if it did not deny. */
  readonly denial?: AuthDenial
  /** The values of `Set-Cookie` that an auth service adds to the answer to an allowed request. */
  readonly cookies?: readonly string[]
}

const NOTHING = (): void => {}

/**
 * Judges a request.
 *
 * @param settled Called once, perhaps at once.
 * @returns Gives up: nobody is asked any more, and `settled` is not called.
 */
export function judge(
  request: ClientRequest,
  rules: GatewayRules,
  settled: (judgement: Judgement) => void,
): () => void {
  let cancel = NOTHING
  let isCancelled = false
  const decided = (decision: Decision): void => {
    if (isCancelled) return
    const auth =
      decision.outcome === 'deny' && decision.reason === 'auth_service_not_asked'
        ? rules.destinations.get(decision.route ?? '')?.auth
        : undefined
    if (auth === undefined) return settled({ decision, grant: undefined })
    cancel = auth.service.ask(request, (outcome) => settled(toJudgement(decision, outcome, rules)))
  }
  const decision = rules.decide({ request: request.authz, policy: undefined })
  if (decision instanceof Promise) void decision.then(decided)
  else decided(decision)
  return () => {
    isCancelled = true
    cancel()
  }
}

/** The core's decision, with the service's word in place of its own. */
function toJudgement({ id, route }: Decision, outcome: AuthOutcome, rules: GatewayRules): Judgement {
  const base = { id, route, policy: undefined, issuer: undefined }
  const none = { challenge: undefined, retryAfterSeconds: undefined }
  const deny = { ...base, ...none, outcome: 'deny' } as const
  switch (outcome.kind) {
    case 'allowed': {
      const identity = rules.headers.identityNames.map(() => '')
      const decision: Decision = { ...base, outcome: 'allow', reason: 'ok', identity }
      return { decision, grant: outcome.grant, cookies: outcome.cookies }
    }
    case 'denied': {
      const { status } = outcome
      const detail = `it answered ${status}`
      const decision: Decision = { ...deny, reason: 'auth_service_denied', status, detail }
      return { decision, grant: undefined, denial: outcome }
    }
    case 'failed': {
      const { status, detail } = outcome
      const decision: Decision = { ...deny, reason: 'auth_service_failed', status, detail }
      return { decision, grant: undefined }
    }
    case 'header_missing': {
      const detail = `\`${outcome.header}\``
      const decision: Decision = { ...deny, reason: 'header_missing', status: 403, detail }
      return { decision, grant: undefined }
    }
  }
}
