/** `warder token verify`: the answer of /v1/auth/token, without a service. */
import { newId } from '../../app/system.ts'
import { createDecide } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import { DENY_ROWS } from '../../decision/reasons.ts'
import { writeResult, type Cli } from '../cli.ts'
import { exitCodeOfDecision, type ExitCode } from '../exit-codes.ts'
import { makeQuestion, NO_REQUEST } from '../../app/explain/made-question.ts'
import { findPolicy } from '../made-request.ts'
import { withKeys } from '../open-instance.ts'
import { createPaint, type Paint } from '../paint.ts'
import { readToken } from '../read-input.ts'
import { shown } from '../report-fault.ts'
import { formatTime, parseTime } from '../times.ts'

export interface VerifyOptions {
  readonly tokenFile?: string
  readonly config?: string
  readonly policy?: string
  readonly at?: string
}

export async function runTokenVerify(
  cli: Cli,
  argument: string | undefined,
  options: VerifyOptions,
): Promise<ExitCode> {
  const atMs = options.at === undefined ? cli.nowMs() : parseTime('--at', options.at)
  const token = await readToken(cli, argument, options.tokenFile)
  return withKeys(cli, options.config, async ({ guard, config }) => {
    const policy = findPolicy(guard, options.policy) ?? guard.anyValidToken
    const decide = createDecide(guard, { nowMs: () => atMs, newId })
    const decision = await decide(makeQuestion(guard, NO_REQUEST, [], policy, token))
    const members = { ...toJson(decision), at: formatTime(atMs) ?? null, config: { digest: config.digest } }
    writeResult(cli, 'warder.token-verify/v1', members, () =>
      format(decision, createPaint(cli.colour.stdout)),
    )
    return exitCodeOfDecision(decision)
  })
}

function format(decision: Decision, paint: Paint): string {
  const { reason, issuer, policy } = decision
  const names = Object.entries({ issuer, policy }).filter(([, value]) => value !== undefined)
  const answer =
    decision.outcome === 'allow' ? paint('green', 'VALID') : paint('red', `INVALID ${decision.status}`)
  const lines = [
    [`${answer}  ${paint('bold', reason)}`, ...names.map((entry) => entry.join('='))].join('   '),
  ]
  if (decision.outcome === 'deny') {
    const { message, hint } = DENY_ROWS[decision.reason]
    const detail = detailOf(decision)
    lines.push(
      `why   ${message}${detail === null ? '' : ` (${detail})`}`,
      `fix   ${hint}`,
      'more  warder explain, which shows every step',
    )
  }
  return `${lines.join('\n')}\n`
}

function toJson(decision: Decision): Record<string, unknown> {
  const { reason, issuer, policy } = decision
  const names = { reason, issuer: issuer ?? null, policy: policy ?? null }
  if (decision.outcome === 'allow') return { valid: true, status: 200, ...names }
  const { message, hint } = DENY_ROWS[decision.reason]
  const detail = detailOf(decision)
  return { valid: false, status: decision.status, ...names, detail, why: message, fix: hint }
}

function detailOf({ denial }: Extract<Decision, { outcome: 'deny' }>): string | null {
  const detail = describeDenial(denial)
  return detail === undefined ? null : shown(detail)
}
