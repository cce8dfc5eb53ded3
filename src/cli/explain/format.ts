/** An explained decision, for people and for programs. */
import type { LoadedConfig } from '../../config/load-config.ts'
import type { Decision } from '../../decision/decision.ts'
import type { ExplainedStep } from '../../decision/explain/create-explanation.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import type { LikelyCause } from '../../decision/explain/causes/likely-cause.ts'
import { DENY_ROWS } from '../../decision/reasons.ts'
import { firstDifference } from '../../keys/fetch/discovery.ts'
import { toStepRecord } from '../../observe/explained-step.ts'
import type { RequestLine } from '../made-request.ts'
import type { Colour, Paint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import { formatTime } from '../times.ts'

export interface Explained {
  readonly decision: Decision
  readonly steps: readonly ExplainedStep[]
  /** Undefined when the token alone was judged. */
  readonly request: RequestLine | undefined
  readonly atMs: number
  readonly config: Pick<LoadedConfig, 'digest' | 'settings' | 'source' | 'positionOfSetting'>
}

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

/** The members of `warder.explain/v1`. */
export function explanationToJson(explained: Explained): Record<string, unknown> {
  const { decision, steps, request, atMs, config } = explained
  const { id, outcome, reason, route, policy, issuer } = decision
  const denied = decision.outcome === 'deny' ? decision : undefined
  const row = denied && DENY_ROWS[denied.reason]
  const cause = causeOf(explained)
  const { method, scheme, host, path } = request ?? {}
  return {
    id,
    decision: outcome,
    status: denied?.status ?? 200,
    reason,
    ...(denied && {
      detail: shownOrNull(describeDenial(denied.denial)),
      why: cause?.why ?? row?.message,
      fix: shown(cause?.fix ?? row?.hint ?? ''),
      cause: cause?.name ?? null,
    }),
    at: formatTime(atMs) ?? null,
    config: { digest: config.digest, file: config.source.file },
    // The query is left out: it may hold a token.
    request: request === undefined ? null : { method, scheme, host, path: shown(path ?? '') },
    route: route ?? null,
    policy: policy ?? null,
    issuer: issuer ?? null,
    steps: steps.map((step) =>
      toStepRecord(step, step.result === 'not_reached' ? undefined : placeOf(step, config)),
    ),
    challenge: denied?.challenge ?? null,
  }
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

/** Of the step that decided. */
const causeOf = ({ steps }: Explained): LikelyCause | undefined =>
  steps.find(({ result }) => result === 'fail')?.likelyCause

/** `warder.yaml:6:15`; undefined if no line of the file sets it. */
function placeOf({ setting }: ExplainedStep, config: Explained['config']): string | undefined {
  if (setting === undefined || !isWritten(setting, config)) return undefined
  const { file, line, column } = config.positionOfSetting(setting)
  return `${file}:${line}:${column}`
}

/** The default policy is in no file. */
function isWritten(setting: string, { settings }: Explained['config']): boolean {
  const [, name] = /^policies\/([^/]+)/.exec(setting) ?? []
  return name === undefined || settings.policies.some((policy) => policy.name === name)
}

const shownOrNull = (text: string | undefined): string | null => (text === undefined ? null : shown(text))
