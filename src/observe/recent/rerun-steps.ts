/** Runs the steps of a decision that was just made again, with a recorder: by the same function, at the same time. */
import type { Decide, Question } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import {
  createExplanation,
  NO_DENIAL,
  type ExplainedStep,
} from '../../decision/explain/create-explanation.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import { DENY_ROWS, type Reason } from '../../decision/reasons.ts'
import type { Denial } from '../../decision/denial.ts'
import type { AskedJudge } from '../../gateway/gateway-event.ts'
import type { DecisionEvent } from '../decision-log.ts'
import { secondsOf } from './decision-facts.ts'

/** What the steps found. */
export interface Rerun {
  readonly steps: readonly ExplainedStep[]
  /** How they ended; the decision's reason, unless something that they read has changed since. */
  readonly reason: Reason
}

/** A promise only if a step has to wait. It changes nothing: no key is looked for, none is noted as used. */
export function rerunSteps(event: DecisionEvent): Rerun | Promise<Rerun> {
  const { decision, request, policy, decide, judges, via } = event
  if (decide === undefined || request === undefined) return { steps: unreadSteps(decision, via), ...decision }
  const run = (question: Question): ReturnType<typeof runOnce> =>
    runOnce(decide, { ...question, rerunAtSeconds: secondsOf(decision) })
  const first = run({ request, policy })
  if (judges === undefined) return first
  return rerunJudges(first, judges, (asked) => run({ request, policy: asked }))
}

function runOnce(decide: Decide, question: Question): Rerun | Promise<Rerun> {
  const { recorder, steps } = createExplanation()
  const decided = decide(question, recorder)
  if (!(decided instanceof Promise)) return { steps, reason: decided.reason }
  return decided.then(({ reason }) => ({ steps, reason }))
}

/** The core finds the route, whose judges only the gateway asks; each has its steps, or is one step. */
async function rerunJudges(
  first: Rerun | Promise<Rerun>,
  judges: readonly AskedJudge[],
  runPolicy: (policy: AskedJudge['policy']) => Rerun | Promise<Rerun>,
): Promise<Rerun> {
  const steps: ExplainedStep[] = (await first).steps.filter(isRoute).map(asPassed)
  let reason: Reason = 'ok'
  for (const { kind, policy, verdict } of judges) {
    if (policy !== undefined) {
      const judged = await runPolicy(policy)
      steps.push(...judged.steps.filter((step) => !isRoute(step)))
      reason = judged.reason
    } else {
      const denial = verdict.kind === 'denied' ? verdict.decision.denial : undefined
      steps.push(toJudgeStep(kind, denial))
      reason = denial?.reason ?? 'ok'
    }
  }
  return { steps, reason }
}

const isRoute = ({ step }: ExplainedStep): boolean => step === 'route'

/** The route was found; only its judges had not been asked. */
const asPassed = (step: ExplainedStep): ExplainedStep => ({ ...step, ...NO_DENIAL, result: 'pass' })

const toJudgeStep = (kind: AskedJudge['kind'], denial: Denial | undefined): ExplainedStep =>
  toStep('judge', kind, denial)

/** What a caller sent could not be read, or nobody may ask from there: no step of a decision ran. */
const unreadSteps = (decision: Decision, via: string): readonly ExplainedStep[] => [
  toStep('caller', via, decision.outcome === 'deny' ? decision.denial : undefined),
]

/** A step outside the core: what it passed or why it denied. */
function toStep(step: 'judge' | 'caller', name: string, denial: Denial | undefined): ExplainedStep {
  const shared = { step, ...NO_DENIAL, notes: [], setting: undefined }
  if (denial === undefined) return { ...shared, result: 'pass', facts: name }
  const { reason } = denial
  const detail = describeDenial(denial)
  const facts = `${name}: ${detail ?? DENY_ROWS[reason].message}`
  return { ...shared, result: 'fail', reason, detail, facts, hint: DENY_ROWS[reason].hint }
}
