/** `warder reload`: a running Warder loads its configuration again, and says what came of it. */
import { formatFramed } from '../../config/format-diagnostics.ts'
import type { JsonObject } from '../../strict-json.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { textOr } from '../running/members.ts'
import { readDiagnostics } from './read-diagnostics.ts'

/** Longest wait, in milliseconds: files that are still being written, ten thousand routes, keys of new issuers. */
const RELOAD_TIMEOUT_MS = 120_000

export const runReload = (cli: Cli, options: AdminOptions): Promise<ExitCode> =>
  withAdmin(cli, options, async (admin) => {
    const question = {
      method: 'POST',
      path: '/v1/reload',
      schema: 'warder.reload/v1',
      statuses: [200, 422],
    } as const
    const { members } = await askJson(admin, question, { timeoutMs: RELOAD_TIMEOUT_MS })
    const diagnostics = readDiagnostics(members['diagnostics'])
    cli.stderr.write(formatFramed(diagnostics, admin.where, { colour: cli.colour.stderr }))
    const { result } = members
    const isInForce = result === 'success' || result === 'unchanged'
    const paint = createPaint(cli.colour.stdout)
    writeResult(cli, 'warder.reload/v1', members, () =>
      isInForce
        ? `${paint('green', 'reloaded')}: ${changeOf(members)}\n`
        : `${paint('red', shown(textOr(result, 'refused')))}: ${digest(members['digest'])} stays in force\n`,
    )
    return isInForce ? EXIT.ok : EXIT.configInvalid
  })

const changeOf = ({ result, digest: now, was }: JsonObject): string =>
  result === 'unchanged' || now === was
    ? `${digest(now)}, as before`
    : `${digest(now)} replaces ${digest(was)}`

const digest = (value: unknown): string => `config ${shown(textOr(value, '–'))}`
