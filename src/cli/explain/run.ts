/** `warder explain`: one decision, made by the service's own code, with every step written down. */
import type { Instance } from '../../app/build-instance.ts'
import { explainQuestion } from '../../app/explain/explain-question.ts'
import { explanationToJson } from '../../app/explain/explanation-json.ts'
import type { WrittenField } from '../../app/explain/made-question.ts'
import { writeResult, type Cli } from '../cli.ts'
import { exitCodeOfDecision, type ExitCode } from '../exit-codes.ts'
import { answeredExplanation, formatExplanation } from './format.ts'
import { findPolicy, parseHeaderField, parseRequestLine } from '../made-request.ts'
import { withKeys } from '../open-instance.ts'
import { createPaint } from '../paint.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { readToken } from '../read-input.ts'
import { warn } from '../report-fault.ts'
import { parseTime } from '../times.ts'
import { excludeEachOther, usageError } from '../usage-error.ts'

export interface ExplainOptions extends AdminOptions {
  readonly request?: string
  readonly header?: readonly string[]
  readonly policy?: string
  /** False for `--no-token`. */
  readonly token: boolean
  readonly tokenFile?: string
  readonly at?: string
}

export async function runExplain(
  cli: Cli,
  argument: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  const line = options.request === undefined ? undefined : parseRequestLine(options.request)
  const fields = (options.header ?? []).map(parseHeaderField)
  const atMs = options.at === undefined ? cli.nowMs() : parseTime('--at', options.at)
  warnOfSecretFields(cli, fields)
  const token = await readTokenUnlessNone(cli, argument, options)
  return withKeys(cli, options.config, async (instance) => {
    const { guard } = instance
    const policy =
      findPolicy(guard, options.policy) ?? (line === undefined ? policyWithoutRequest(instance) : undefined)
    const explained = await explainQuestion(instance, { line, fields, policy, token, atMs })
    const members = explanationToJson(explained)
    writeResult(cli, 'warder.explain/v1', members, () =>
      formatExplanation(answeredExplanation(members), createPaint(cli.colour.stdout)),
    )
    return exitCodeOfDecision(explained.decision)
  })
}

/** Warns of tokens in arguments. */
export function warnOfSecretFields(cli: Cli, fields: readonly WrittenField[]): void {
  if (fields.some(([name]) => name === 'authorization' || name === 'cookie'))
    warn(cli, 'the value of -H is in the shell history now, and other users could see it; pipe tokens in')
}

/**
 * Undefined for `--no-token`.
 *
 * @throws WarderError as {@link readToken}
 */
export async function readTokenUnlessNone(
  cli: Cli,
  argument: string | undefined,
  { token, tokenFile }: ExplainOptions,
): Promise<string | undefined> {
  if (token) return readToken(cli, argument, tokenFile)
  if (argument === undefined && tokenFile === undefined) return undefined
  throw excludeEachOther('a token', '--no-token')
}

/** Without routes, one policy judges every request. */
function policyWithoutRequest({ guard }: Instance): Instance['guard']['anyValidToken'] {
  if (guard.routes === undefined) return guard.anyValidToken
  throw usageError(
    'the configuration has routes, so the request decides which policy judges',
    "write the request: --request 'GET https://api.example.com/orders/42'",
    'or name the policy: --policy NAME',
  )
}
