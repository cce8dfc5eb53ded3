/** `warder explain --server`: a request that a running Warder judges, with its keys and its state of this moment. */
import { writeResult, type Cli } from '../cli.ts'
import type { ExitCode } from '../exit-codes.ts'
import { parseHeaderField, parseRequestLine } from '../made-request.ts'
import { createPaint } from '../paint.ts'
import { withAdmin } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { excludeEachOther, usageError } from '../usage-error.ts'
import { answeredExplanation, exitCodeOfAnswer, formatExplanation } from './format.ts'
import { readTokenUnlessNone, warnOfSecretFields, type ExplainOptions } from './run.ts'

/** Longest wait, in milliseconds: the keys of an issuer may have to be fetched first. */
const EXPLAIN_TIMEOUT_MS = 20_000

export function runExplainByService(
  cli: Cli,
  argument: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  if (options.at !== undefined) throw excludeEachOther('--server', '--at')
  if (options.request === undefined)
    throw usageError(
      '--server: a running Warder judges a whole request',
      "write the request: --request 'GET https://api.example.com/orders/42'",
    )
  // What is wrong with them is said in the words of the flags.
  const { method } = parseRequestLine(options.request)
  const fields = (options.header ?? []).map(parseHeaderField)
  warnOfSecretFields(cli, fields)
  const url = options.request.trim().split(/ +/).at(-1)
  return withAdmin(cli, options, async (admin) => {
    const token = await readTokenUnlessNone(cli, argument, options)
    const { policy } = options
    const body = { method, url, headers: valuesByName(fields), policy, token }
    const question = { method: 'POST', path: '/v1/explain', body, schema: 'warder.explain/v1' } as const
    const { members } = await askJson(admin, question, { timeoutMs: EXPLAIN_TIMEOUT_MS })
    const answered = answeredExplanation(members)
    writeResult(cli, 'warder.explain/v1', members, () =>
      formatExplanation(answered, createPaint(cli.colour.stdout)),
    )
    return exitCodeOfAnswer(answered)
  })
}

/** A name may be there several times, as in a request. */
function valuesByName(
  fields: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>()
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}
