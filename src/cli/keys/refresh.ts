/** `warder keys refresh`: a running Warder loads the keys of its issuers now. */
import type { JsonObject } from '../../strict-json.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { numberIn, objectsIn, textOr } from '../running/members.ts'
import { formatTable } from '../table.ts'

/** Longest wait, in milliseconds: metadata and keys of every issuer, at their longest timeouts. */
const REFRESH_TIMEOUT_MS = 120_000

export const runKeysRefresh = (
  cli: Cli,
  issuer: string | undefined,
  options: AdminOptions,
): Promise<ExitCode> =>
  withAdmin(cli, options, async (admin) => {
    const question = {
      method: 'POST',
      path: '/v1/keys/refresh',
      body: issuer === undefined ? {} : { issuer },
      schema: 'warder.keys-refresh/v1',
    } as const
    const { members } = await askJson(admin, question, { timeoutMs: REFRESH_TIMEOUT_MS })
    const sources = objectsIn(members['sources'])
    writeResult(cli, 'warder.keys-refresh/v1', members, () => format(sources))
    const failed = sources.filter(({ result }) => result === 'failed')
    const paint = createPaint(cli.colour.stderr)
    // The error names the source.
    for (const { issuer: name, error } of failed)
      cli.stderr.write(`${paint('red', 'failed')}: issuer ${cell(name)}: ${cell(error)}\n`)
    return failed.length === 0 ? EXIT.ok : EXIT.unreachable
  })

const cell = (value: unknown): string => shown(textOr(value, '–'))

/** About results that are neither good nor bad. */
const NOTES: Readonly<Record<string, string>> = {
  too_soon:
    'nothing was loaded, because a load began less than ten seconds ago, or the provider asked for a pause',
  fixed: 'the keys are in the configuration, or in a file that is watched: there is nothing to load',
}

function format(sources: readonly JsonObject[]): string {
  const rows = sources.map(({ issuer, result, keys, source }) => [
    cell(issuer),
    cell(result),
    String(numberIn(keys) ?? '–'),
    cell(source),
  ])
  const notes = Object.entries(NOTES).filter(([name]) => sources.some(({ result }) => result === name))
  return `${[
    ...formatTable([['ISSUER', 'RESULT', 'KEYS', 'SOURCE'], ...rows]),
    ...notes.map(([name, note]) => `${name}: ${note}`),
  ].join('\n')}\n`
}
