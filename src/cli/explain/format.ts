/** An explanation as text. It may be the answer of any program: all of it is made printable. */
import { DENY_ROWS, type DenyReason } from '../../decision/reasons.ts'
import { firstDifference } from '../../keys/fetch/discovery.ts'
import type { JsonObject } from '../../strict-json.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Colour, Paint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import { numberIn, objectIn, objectsIn, textOr, textsIn } from '../running/members.ts'
import { formatTime } from '../times.ts'

export interface AnsweredExplanation {
  readonly outcome: unknown
  readonly status: unknown
  readonly reason: unknown
  readonly route: unknown
  readonly policy: unknown
  /** Digest of the configuration. */
  readonly config: unknown
  /** Epoch milliseconds. */
  readonly atMs: number | undefined
  /** Lines between the answer and the steps. */
  readonly facts: readonly string[]
  readonly steps: readonly JsonObject[]
  /** Why there are no steps, or not those of the decision. */
  readonly stepsMissing: unknown
  readonly detail: unknown
  readonly why: unknown
  readonly fix: unknown
  readonly cause: unknown
  /** Two nearly equal texts, and their difference. */
  readonly compare: unknown
}

/** @param members Of `warder.explain/v1`. */
export function answeredExplanation(members: JsonObject): AnsweredExplanation {
  const { decision: outcome, status, reason, route, policy, detail, why, fix, cause, compare } = members
  return {
    outcome,
    status,
    reason,
    route,
    policy,
    config: objectIn(members['config'])['digest'],
    atMs: Date.parse(textOr(members['at'], '')),
    facts: [],
    steps: objectsIn(members['steps']),
    stepsMissing: members['stepsMissing'],
    detail,
    why,
    fix,
    cause,
    compare,
  }
}

/** The exit code of `explain` for a decision. */
export function exitCodeOfAnswer({
  outcome,
  reason,
}: Pick<AnsweredExplanation, 'outcome' | 'reason'>): ExitCode {
  if (outcome === 'allow') return EXIT.ok
  if (reason === 'internal_error') return EXIT.bug
  return reason === 'keys_unavailable' ? EXIT.unreachable : EXIT.denied
}

/** Answer first, then the facts, then the steps, then what to do. */
export function formatExplanation(answered: AnsweredExplanation, paint: Paint): string {
  const { facts, steps, stepsMissing, outcome } = answered
  const missing = valueOf(stepsMissing)
  const blocks = [
    [headline(answered, paint)],
    facts,
    stepLines(steps, paint),
    missing === undefined ? [] : [`${paint('yellow', 'note')}  ${missing}`],
    outcome === 'allow' ? [] : adviceOn(answered),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

const valueOf = (member: unknown): string | undefined => {
  const text = textOr(member, '')
  return text === '' ? undefined : shown(text)
}

function headline(
  { outcome, status, reason, route, policy, config, atMs }: AnsweredExplanation,
  paint: Paint,
): string {
  const code = numberIn(status) ?? '–'
  const answer = outcome === 'allow' ? paint('green', 'ALLOW 200') : paint('red', `DENY ${code}`)
  const named = [
    ['route', valueOf(route)],
    ['policy', valueOf(route) === undefined ? valueOf(policy) : undefined],
    ['config', valueOf(config)],
    ['at', atMs === undefined ? undefined : formatTime(atMs)],
  ] as const
  const facts = named.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`)
  return [`${answer}  ${paint('bold', valueOf(reason) ?? '–')}`, ...facts].join('   ')
}

const MARKS: Readonly<Record<string, readonly [mark: string, colour: Colour]>> = {
  pass: ['✔', 'green'],
  fail: ['✘', 'red'],
  would_fail: ['–', 'yellow'],
}

/** As wide as what stands before the text of a step. */
const INDENT = ' '.repeat(16)

function stepLines(steps: readonly JsonObject[], paint: Paint): readonly string[] {
  const reached = steps.findLastIndex(({ result }) => result !== 'not_reached') + 1
  const lines = steps.slice(0, reached).flatMap((step, index) => oneStep(step, index + 1, paint))
  const unreached = steps.slice(reached).map(({ step }) => valueOf(step) ?? '–')
  return unreached.length === 0
    ? lines
    : [...lines, `   ${paint('faint', '–')} not reached: ${unreached.join(', ')}`]
}

function oneStep(step: JsonObject, number: number, paint: Paint): readonly string[] {
  const result = textOr(step['result'], '')
  const [mark, colour] = (Object.hasOwn(MARKS, result) ? MARKS[result] : undefined) ?? ['–', 'faint']
  const source = valueOf(step['source'])
  const text = [textOfStep(step, result), source === undefined ? '' : `[${source}]`]
    .filter((part) => part !== '')
    .join('  ')
  const name = (valueOf(step['step']) ?? '–').padEnd(10)
  const first = `${String(number).padStart(2)} ${paint(colour, mark)} ${name} ${text}`.trimEnd()
  return [first, ...textsIn(step['notes']).map((note) => `${INDENT}${shown(note)}`)]
}

function textOfStep({ facts, detail, reason }: JsonObject, result: string): string {
  if (result === 'not_reached') return 'not reached'
  const said = valueOf(facts) ?? (result === 'pass' ? '' : (valueOf(detail) ?? ''))
  return result === 'would_fail' ? `would also fail: ${valueOf(reason) ?? '–'}: ${said}` : said
}

/** A service of another version may have reasons that this command does not know. */
function adviceOn({ reason, detail, why, fix, cause, compare }: AnsweredExplanation): readonly string[] {
  const name = textOr(reason, '')
  const row = Object.hasOwn(DENY_ROWS, name) ? DENY_ROWS[name as DenyReason] : undefined
  const general = valueOf(why) ?? row?.message
  const facts = valueOf(cause) === undefined ? valueOf(detail) : undefined
  const advice = valueOf(fix) ?? row?.hint
  return [
    ...(general === undefined ? [] : [`why   ${general}${facts === undefined ? '' : ` (${facts})`}`]),
    ...comparisonOf(objectIn(compare)),
    ...(advice === undefined ? [] : [`fix   ${advice}`]),
    ...(row === undefined ? [] : [`docs  docs/reasons.md#${name}`]),
  ]
}

/** The texts one above the other, and a mark where they part. */
function comparisonOf(compare: JsonObject): readonly string[] {
  const token = valueOf(compare['token'])
  const configured = valueOf(compare['configured'])
  if (token === undefined || configured === undefined) return []
  const same = firstDifference(token, configured)
  return [
    `      token       ${token}`,
    `      configured  ${configured}`,
    `                  ${' '.repeat(same)}^ ${valueOf(compare['difference']) ?? ''}`.trimEnd(),
  ]
}
