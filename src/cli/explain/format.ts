/** An explained decision, for people and for programs. */
import { causeOf, placeOf, type Explained } from '../../app/explain/explanation-json.ts'
import type { Decision } from '../../decision/decision.ts'
import type { ExplainedStep } from '../../decision/explain/create-explanation.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import type { LikelyCause } from '../../decision/explain/causes/likely-cause.ts'
import { DENY_ROWS } from '../../decision/reasons.ts'
import { firstDifference } from '../../keys/fetch/discovery.ts'
import type { Colour, Paint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import { formatTime } from '../times.ts'

const MARKS: Readonly<Record<ExplainedStep['result'], readonly [mark: string, colour: Colour]>> = {
  pass: ['✔', 'green'],
  fail: ['✘', 'red'],
  would_fail: ['–', 'yellow'],
  not_reached: ['–', 'faint'],
}

/** Answer first, then the steps, then what to do. */
export function formatExplanation(explained: Explained, paint: Paint): string {
  const { decision } = explained
  const reached = explained.steps.findLastIndex(({ result }) => result !== 'not_reached') + 1
  const steps = explained.steps
    .slice(0, reached)
    .map((step, index) => formatStep(step, index + 1, explained, paint))
  const unreached = explained.steps.slice(reached).map(({ step }) => step)
  if (unreached.length > 0) steps.push(`   ${paint('faint', '–')} not reached: ${unreached.join(', ')}`)
  const end = decision.outcome === 'allow' ? [] : ['', ...adviceOn(decision, causeOf(explained))]
  return `${[headline(explained, paint), '', ...steps, ...end].join('\n')}\n`
}

function headline({ decision, atMs, config }: Explained, paint: Paint): string {
  const answer =
    decision.outcome === 'allow' ? paint('green', 'ALLOW 200') : paint('red', `DENY ${decision.status}`)
  const named = [
    ['route', decision.route],
    ['policy', decision.route === undefined ? decision.policy : undefined],
    ['config', config.digest],
    ['at', formatTime(atMs)],
  ] as const
  const facts = named.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`)
  return [`${answer}  ${paint('bold', decision.reason)}`, ...facts].join('   ')
}

function formatStep(step: ExplainedStep, number: number, { config }: Explained, paint: Paint): string {
  const [mark, colour] = MARKS[step.result]
  const place = step.result === 'not_reached' ? undefined : placeOf(step, config)
  const text = [textOf(step), place === undefined ? '' : `[${place}]`]
    .filter((part) => part !== '')
    .join('  ')
  const first =
    `${String(number).padStart(2)} ${paint(colour, mark)} ${step.step.padEnd(10)} ${text}`.trimEnd()
  return [first, ...step.notes.map((note) => `${INDENT}${shown(note)}`)].join('\n')
}

/** As wide as what stands before the text of a step. */
const INDENT = ' '.repeat(16)

function textOf({ result, facts, reason, detail }: ExplainedStep): string {
  if (result === 'not_reached') return 'not reached'
  if (result === 'pass') return shown(facts)
  // Compared values explain more than the code; if nothing was compared, the detail has to.
  const said = shown(facts === '' ? (detail ?? '') : facts)
  return result === 'would_fail' ? `would also fail: ${reason}: ${said}` : said
}

function adviceOn(
  { reason, denial }: Extract<Decision, { outcome: 'deny' }>,
  cause: LikelyCause | undefined,
): readonly string[] {
  const { message, hint } = DENY_ROWS[reason]
  const detail = describeDenial(denial)
  const generally = detail === undefined ? message : `${message} (${shown(detail)})`
  return [
    `why   ${cause?.why ?? generally}`,
    ...comparisonOf(cause),
    `fix   ${shown(cause?.fix ?? hint)}`,
    `docs  docs/reasons.md#${reason}`,
  ]
}

/** Two nearly equal texts one above the other, and a mark where they part. */
function comparisonOf(cause: LikelyCause | undefined): readonly string[] {
  if (cause?.compare === undefined) return []
  const [token, configured] = [shown(cause.compare.token), shown(cause.compare.configured)]
  const same = firstDifference(token, configured)
  return [
    `      token       ${token}`,
    `      configured  ${configured}`,
    `                  ${' '.repeat(same)}^ ${cause.compare.difference}`,
  ]
}
