/** `warder status`: what a running Warder says about itself. */
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { formatStatus } from './format.ts'

export const runStatus = (cli: Cli, options: AdminOptions): Promise<ExitCode> =>
  withAdmin(cli, options, async (admin) => {
    const question = { method: 'GET', path: '/v1/status', schema: 'warder.status/v1' } as const
    const { members } = await askJson(admin, question)
    writeResult(cli, 'warder.status/v1', members, () =>
      formatStatus(members, cli.nowMs(), createPaint(cli.colour.stdout)),
    )
    return members['isReady'] === true ? EXIT.ok : EXIT.unreachable
  })
