/** `warder explain DECISION_ID`: why a running Warder decided as it did. No token is needed: the steps are kept there. */
import { writeResult, type Cli } from '../cli.ts'
import { askDecision } from '../decisions/ask-decision.ts'
import { parseDecisionId } from '../decisions/decision-id.ts'
import { recordFacts } from '../decisions/format-record.ts'
import type { ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { withAdmin } from '../running/admin-target.ts'
import { numberIn, objectIn, objectsIn } from '../running/members.ts'
import { excludeEachOther } from '../usage-error.ts'
import { exitCodeOfAnswer, formatExplanation } from './format.ts'
import type { ExplainOptions } from './run.ts'

/** What describes another request than the one that was decided. */
const OF_A_REQUEST = {
  request: '--request',
  header: '--header',
  policy: '--policy',
  tokenFile: '--token-file',
  at: '--at',
} as const

export function runExplainDecision(cli: Cli, argument: string, options: ExplainOptions): Promise<ExitCode> {
  const id = parseDecisionId(argument)
  for (const [name, flag] of Object.entries(OF_A_REQUEST))
    if (options[name as keyof typeof OF_A_REQUEST] !== undefined)
      throw excludeEachOther('the id of a decision', flag)
  if (!options.token) throw excludeEachOther('the id of a decision', '--no-token')
  return withAdmin(cli, options, async (admin) => {
    const members = await askDecision(admin, id)
    const record = objectIn(members['decision'])
    const answered = {
      outcome: record['outcome'],
      status: record['status'],
      reason: record['reason'],
      route: record['route'],
      policy: record['policy'],
      detail: record['detail'],
      config: members['config'],
      atMs: numberIn(record['timeMs']),
      facts: recordFacts(record, cli.nowMs()),
      steps: objectsIn(members['steps']),
      stepsMissing: members['stepsMissing'],
      why: members['why'],
      fix: members['fix'],
      cause: members['cause'],
      compare: members['compare'],
    }
    writeResult(cli, 'warder.decision/v1', members, () =>
      formatExplanation(answered, createPaint(cli.colour.stdout)),
    )
    return exitCodeOfAnswer(answered)
  })
}
