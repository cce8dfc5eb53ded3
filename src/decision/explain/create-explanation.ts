/** Why a decision has its outcome: the steps of the real decision, recorded. */
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import type { ClaimMiss } from '../denial.ts'
import { describeDenial } from './describe-denial.ts'
import { CLAIM_DESCRIPTIONS } from './describe-claim-steps.ts'
import { describeRoute } from './describe-route.ts'
import { SIGNATURE_DESCRIPTIONS } from './describe-signature-steps.ts'
import type { LikelyCause } from './causes/likely-cause.ts'
import { findLikelyCause } from './likely-causes.ts'
import { DENY_ROWS, type DenyReason } from '../reasons.ts'
import { NOT_REACHED, PASSED, type Recorder, type StepName } from '../steps/step.ts'
import type { Trial } from '../trial.ts'
import { policySetting, type DescribeStep, type StepDescription } from './step-description.ts'

export interface ExplainedStep {
  /** `judge`: a judge that only the gateway can ask; `caller`: what a caller sent, and whether it may ask. */
  readonly step: StepName | 'judge' | 'caller'
  /** `would_fail`: an earlier step has failed, so this one did not decide. */
  readonly result: 'pass' | 'fail' | 'would_fail' | 'not_reached'
  readonly reason: DenyReason | undefined
  readonly detail: string | undefined
  /** If the denial is about a claim: what it must be, and what it is. */
  readonly miss: ClaimMiss | undefined
  /** What was compared, for people; claims before a good signature are marked as unverified. */
  readonly facts: string
  /** Details with a line of their own below the facts, such as the routes that were passed over. */
  readonly notes: readonly string[]
  /** The setting it was compared with, as a path into the settings: `routes/3`, `issuers/0/audience`. */
  readonly setting: string | undefined
  /** What to do about the reason in general. */
  readonly hint: string | undefined
  /** The probable cause with this token; undefined if none is known. */
  readonly likelyCause: LikelyCause | undefined
}

/** A recorder and the steps that it has recorded so far. */
export interface Explanation {
  readonly recorder: Recorder
  readonly steps: readonly ExplainedStep[]
}

export function createExplanation(): Explanation {
  const steps: ExplainedStep[] = []
  let failed = false
  return {
    steps,
    recorder: {
      record(step, outcome, trial) {
        const { facts, setting, notes = [] } = DESCRIPTIONS[step](trial)
        if (outcome === PASSED) {
          steps.push({ step, result: 'pass', facts, notes, setting, ...NO_DENIAL })
        } else if (outcome === NOT_REACHED) {
          steps.push({ step, result: 'not_reached', facts: '', notes: [], setting, ...NO_DENIAL })
        } else {
          const { reason } = outcome
          const detail = describeDenial(outcome)
          const miss = 'claim' in outcome ? missIn(outcome) : undefined
          const { hint } = DENY_ROWS[reason]
          const result = failed ? 'would_fail' : 'fail'
          const likelyCause = findLikelyCause(reason, trial)
          steps.push({ step, result, facts, notes, setting, reason, detail, miss, hint, likelyCause })
          failed = true
        }
      },
    },
  }
}

const missIn = ({ claim, expected, found }: ClaimMiss): ClaimMiss => ({ claim, expected, found })

/** What a step has that denies nothing. */
export const NO_DENIAL = {
  reason: undefined,
  detail: undefined,
  miss: undefined,
  hint: undefined,
  likelyCause: undefined,
}

/** What a step that has just run compared, in words. */
const DESCRIPTIONS: Readonly<Record<StepName, DescribeStep>> = {
  route: describeRoute,
  token: describeToken,
  ...SIGNATURE_DESCRIPTIONS,
  ...CLAIM_DESCRIPTIONS,
}

function describeToken(trial: Trial): StepDescription {
  const { extracted, policy } = trial
  const setting = policySetting(trial)
  if (extracted !== undefined)
    return { facts: `${sourceText(extracted.source)}, ${extracted.token.length} bytes`, setting }
  const places = policy?.tokenSources.map(sourceText).join('; ') ?? ''
  const isAllowed = trial.isAnonymous ? ': none, and the route allows that' : ''
  return { facts: places === '' ? '' : `looked in ${places}${isAllowed}`, setting }
}

function sourceText(source: TokenSourceSettings): string {
  const scheme = source.kind === 'header' ? source.scheme : undefined
  return `${source.kind} ${source.name}${scheme === undefined ? '' : `: ${scheme}`}`
}
