/** `warder decisions tail`: the last decisions of a running Warder, and those to come. */
import { stopSignal } from '../../app/process-end.ts'
import { printableJson } from '../../printable.ts'
import type { JsonObject } from '../../strict-json.ts'
import type { Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { warn } from '../report-fault.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin, type AdminTarget } from '../running/admin-target.ts'
import { ASK_TIMEOUT_MS, askJson } from '../running/ask-json.ts'
import type { SendOptions } from '../running/send.ts'
import { numberIn, objectsIn } from '../running/members.ts'
import { MAX_LIMIT, readFilter, readLimit, type FilterOptions } from './filter.ts'
import { follow } from './follow.ts'
import { recordLine } from './format-record.ts'
import { createSeenDecisions } from './seen-decisions.ts'

export interface TailOptions extends AdminOptions, FilterOptions {
  /** False for `--no-follow`. */
  readonly follow: boolean
}

/** Longest wait for an answer while following: a service that has been replaced does not answer an old connection. */
const FOLLOW_TIMEOUT_MS = 5_000

/**
 * Asks anew each second for what is newer. So a restart of the service, or a proxy before it that ends long answers,
 * is no more than a question that fails; and the service filters, so that a flood of others hides nothing.
 */
export function runDecisionsTail(cli: Cli, options: TailOptions): Promise<ExitCode> {
  const filter = readFilter(options)
  const limit = readLimit(options.limit)
  return withAdmin(cli, options, async (admin) => {
    // One at least, or there would be no place to follow from.
    const most = Math.max(limit, 1)
    const query = [...filter, ['limit', String(most)] as const]
    const first = await ask(admin, query, { timeoutMs: ASK_TIMEOUT_MS })
    if (first.records.length === 0)
      cli.stderr.write(`warder: no decision matches${options.follow ? ' yet' : ''}\n`)
    const isRead = await print(cli, limit === 0 ? [] : first.records.toReversed())
    if (!options.follow || !isRead) return EXIT.ok
    const stopping = new AbortController()
    void stopSignal().then(() => stopping.abort())
    const seen = createSeenDecisions(first.records, most)
    const noteDropped = createDroppedNote(cli)
    await follow(cli, stopping.signal, async () => {
      const after = seen.position()
      const position = after === undefined ? [] : [['after', after] as const]
      const next = [...filter, ...position, ['limit', String(MAX_LIMIT)] as const]
      const { signal } = stopping
      const { records, dropped } = await ask(admin, next, { timeoutMs: FOLLOW_TIMEOUT_MS, signal })
      const fresh = seen.add(records)
      noteDropped(fresh.length >= MAX_LIMIT || (after !== undefined && dropped > 0))
      return print(cli, fresh)
    })
    return EXIT.ok
  })
}

/** Says once for each flood that not all of its decisions are printed. */
function createDroppedNote(cli: Cli): (isDropped: boolean) => void {
  let wasDropped = false
  return (isDropped) => {
    if (isDropped && !wasDropped)
      warn(cli, 'there are more decisions than the service keeps: only some of them are printed')
    wasDropped = isDropped
  }
}

interface AnsweredDecisions {
  /** Newest first, as the service lists them. */
  readonly records: readonly JsonObject[]
  /** Decisions of the same time that are not kept, whatever the filter. */
  readonly dropped: number
}

async function ask(
  admin: AdminTarget,
  query: readonly (readonly [name: string, value: string])[],
  options: SendOptions,
): Promise<AnsweredDecisions> {
  const path = `/v1/decisions?${new URLSearchParams(Object.fromEntries(query)).toString()}`
  const question = { method: 'GET', path, schema: 'warder.decisions/v1' } as const
  const { members } = await askJson(admin, question, options)
  return { records: objectsIn(members['decisions']), dropped: numberIn(members['dropped']) ?? 0 }
}

/** @returns False if nobody reads any more. */
async function print(cli: Cli, records: readonly JsonObject[]): Promise<boolean> {
  if (records.length === 0) return true
  const paint = createPaint(cli.colour.stdout)
  const lines = records.map((record) =>
    cli.json
      ? printableJson(JSON.stringify({ schema: 'warder.decision-record/v1', ...record }))
      : recordLine(record, paint),
  )
  return cli.stdout.deliver(`${lines.join('\n')}\n`)
}
