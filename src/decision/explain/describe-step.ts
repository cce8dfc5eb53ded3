/** What a step compared, in words: for explain. Claims before a good signature are marked as unverified. */
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import type { StepName } from '../steps/step.ts'
import type { Trial } from '../trial.ts'
import { CLAIM_DESCRIPTIONS } from './describe-claim-steps.ts'
import { describeRoute } from './describe-route.ts'
import { SIGNATURE_DESCRIPTIONS } from './describe-signature-steps.ts'
import { policySetting, type DescribeStep, type StepDescription } from './step-description.ts'

/** Describes a step that has just run over this trial. */
export const describeStep = (step: StepName, trial: Trial): StepDescription => DESCRIPTIONS[step](trial)

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
