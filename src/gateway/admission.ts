/** The way of a request to its judgement, with the rate limits before and behind it. */
import type { ClientRequest } from './client/client-request.ts'
import { answerForOrigin } from './cors.ts'
import { judge, type Judgement } from './judges/judge.ts'
import type { Taken } from './limits/request-limits.ts'
import type { GatewayRules } from './rules.ts'
import { refusedBy, verdictOf, type Refusal, type Verdict } from './verdict.ts'

export interface Admission extends Verdict {
  /** The decision's; one of its own where there is none. */
  readonly id: string
  /** Undefined where a limit refused the request before it was judged, or it belongs elsewhere. */
  readonly judgement: Judgement | undefined
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
  const limits = rules.limitsOf(request)
  const moved = rules.redirectOf(request)
  if (limits === undefined && moved === undefined)
    return judgeOrigin(request, rules, settled, (judgement) => settled(toAdmission(judgement, rules)))
  let cancel = NOTHING
  let isCancelled = false
  const judged = (judgement: Judgement): void => {
    whenTaken(limits?.after(request, judgement), (excess) => {
      if (isCancelled) return
      const admission = toAdmission(judgement, rules)
      settled(excess === undefined ? admission : { ...admission, refusal: refusedBy(excess) })
    })
  }
  const refuse = (refusal: Refusal): void => settled({ ...UNJUDGED, id: rules.newId(), refusal })
  whenTaken(limits?.before(request), (excess) => {
    if (isCancelled) return
    if (excess !== undefined) refuse(refusedBy(excess))
    else if (moved !== undefined) refuse({ answer: moved, fault: undefined, detail: '' })
    else cancel = judgeOrigin(request, rules, settled, judged)
  })
  return () => {
    isCancelled = true
    cancel()
  }
}

/** What a browser asks about a page's origin is not judged: it sends no token with it. */
function judgeOrigin(
  request: ClientRequest,
  rules: GatewayRules,
  settled: (admission: Admission) => void,
  judged: (judgement: Judgement) => void,
): () => void {
  const refusal = answerForOrigin(request, rules)
  if (refusal === undefined) return judge(request, rules, judged)
  settled({ ...UNJUDGED, id: rules.newId(), refusal })
  return NOTHING
}

const toAdmission = (judgement: Judgement, rules: GatewayRules): Admission => ({
  id: judgement.decision.id,
  judgement,
  ...verdictOf(judgement, rules),
})

const UNJUDGED = { judgement: undefined, destination: undefined } as const

function whenTaken(taken: Taken | Promise<Taken>, next: (taken: Taken) => void): void {
  if (taken instanceof Promise) void taken.then(next)
  else next(taken)
}
