/** The decision on a request: that of the core, or, where the route says so, that of judges only the gateway asks. */
import type { Decision } from '../../decision/decision.ts'
import { askJudges } from './ask-judges.ts'
import type { AuthDenial, Grant } from './auth-service/auth-answer.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { GatewayRules } from '../rules.ts'

export interface Judgement {
  readonly decision: Decision
  /** What auth services and `basic_auth` hand to the application; undefined if none was asked. */
  readonly grant: Grant | undefined
  /** What the auth service that denied wants the client to be told. */
  readonly denial?: AuthDenial | undefined
  /** The values of `Set-Cookie` that auth services which allowed add to the answer. */
  readonly cookies?: readonly string[]
}

const NOTHING = (): void => {}

/** The core's words for a route whose judges it cannot ask. */
export const NOT_ASKED: ReadonlySet<string> = new Set(['auth_service_not_asked', 'judges_not_asked'])

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
    const judges = NOT_ASKED.has(decision.reason)
      ? (rules.destinations.get(decision.route ?? '')?.judges?.inOrder ?? [])
      : []
    // Without judges the core's denial stands.
    if (judges.length === 0) return settled({ decision, grant: undefined })
    cancel = askJudges(judges, request, decision, rules.headers.identityNames.length, settled)
  }
  const decision = rules.decide({ request: request.authz, policy: undefined })
  if (decision instanceof Promise) void decision.then(decided)
  else decided(decision)
  return () => {
    isCancelled = true
    cancel()
  }
}
