/** `warder decisions get`: the facts of one decision. */
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin } from '../running/admin-target.ts'
import { objectIn } from '../running/members.ts'
import { askDecision } from './ask-decision.ts'
import { parseDecisionId } from './decision-id.ts'
import { outcomeText, recordFacts } from './format-record.ts'

export function runDecisionsGet(cli: Cli, argument: string, options: AdminOptions): Promise<ExitCode> {
  const id = parseDecisionId(argument)
  return withAdmin(cli, options, async (admin) => {
    const members = await askDecision(admin, id)
    const record = objectIn(members['decision'])
    const paint = createPaint(cli.colour.stdout)
    writeResult(cli, 'warder.decision/v1', members, () => {
      const lines = [outcomeText(record, paint), '', ...recordFacts(record, cli.nowMs())]
      return `${[...lines, '', `why       warder explain ${id}`].join('\n')}\n`
    })
    return EXIT.ok
  })
}
