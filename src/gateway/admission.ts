/** The way of a request to its judgement, with the rate limits before and behind it. */
import type { ClientRequest } from './client/client-request.ts'
import { answerForOrigin, askedAbout, corsHeadersFor, type CorsHeaders } from './cors.ts'
import { judge, type Judgement } from './judges/judge-request.ts'
import type { Taken } from './limits/request-limits.ts'
import type { GatewayRules } from './rules.ts'
import { refusedBy, verdictOf, type Refusal, type Verdict } from './verdict.ts'

export interface Admission extends Verdict {
  /** The decision's; one of its own where there is none. */
  readonly id: string
  /** Undefined where a limit refused the request before it was judged, or it belongs elsewhere. */
  readonly judgement: Judgement | undefined
  /** What the answer says about other origins, whoever gives it; undefined if nothing, or it says so itself. */
  readonly corsHeaders: CorsHeaders | undefined
}

const NOTHING = (): void => {}

/**
 * Judges a request that is within its limits.
 *
 * @param settled Called once, perhaps at once.
 * @returns Gives up: nobody is asked any more, and `settled` is not called.
 */
export function admit(
  request: ClientRequest,
  rules: GatewayRules,
  settled: (admission: Admission) => void,
): () => void {
  let cancel = NOTHING
  let isCancelled = false
  const refuse = (refusal: Refusal, corsHeaders: CorsHeaders | undefined): void =>
    settled({ ...UNJUDGED, id: rules.newId(), refusal, corsHeaders })
  const limits = rules.limitsOf(request)
  const judged = (judgement: Judgement): void => {
    whenTaken(limits?.after(request, judgement), (excess) => {
      if (isCancelled) return
      const verdict = verdictOf(judgement, rules)
      settled({
        id: judgement.decision.id,
        judgement,
        corsHeaders: corsHeadersFor(request, verdict.destination?.cors),
        ...verdict,
        ...(excess === undefined ? {} : { refusal: refusedBy(excess) }),
      })
    })
  }
  whenTaken(limits?.before(request), (excess) => {
    if (isCancelled) return
    const refusal = excess === undefined ? rules.redirectOf(request) : refusedBy(excess)
    if (refusal !== undefined)
      return refuse(refusal, corsHeadersFor(request, rules.corsOf?.(askedAbout(request))))
    const own = answerForOrigin(request, rules)
    if (own === undefined) cancel = judge(request, rules, judged)
    else refuse(own.refusal, own.corsHeaders)
  })
  return () => {
    isCancelled = true
    cancel()
  }
}

const UNJUDGED = { judgement: undefined, destination: undefined } as const

function whenTaken(taken: Taken | Promise<Taken>, next: (taken: Taken) => void): void {
  if (taken instanceof Promise) void taken.then(next)
  else next(taken)
}
