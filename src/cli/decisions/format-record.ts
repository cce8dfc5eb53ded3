/** The facts of a decision, for people. What the service sends is made printable again: it may be any program. */
import { formatDistance } from '../../decision/explain/format-distance.ts'
import type { JsonObject } from '../../strict-json.ts'
import type { Paint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import { numberIn, textOr } from '../running/members.ts'
import { formatTime } from '../times.ts'

/** A member as text; undefined if there is none. */
const factOf = (value: unknown): string | undefined => {
  const text = textOr(value, undefined)
  return text === undefined || text === '' ? undefined : shown(text)
}

/** `DENY 401  audience_mismatch`. */
export function outcomeText({ outcome, status, reason }: JsonObject, paint: Paint): string {
  const code = numberIn(status) ?? '–'
  const answer = outcome === 'allow' ? paint('green', `ALLOW ${code}`) : paint('red', `DENY ${code} `)
  return `${answer} ${paint('bold', factOf(reason) ?? '–')}`
}

/** `GET api.example.com/orders/42`; undefined if the request could not be read. */
function requestOf({ method, host, path }: JsonObject): string | undefined {
  const target = `${factOf(host) ?? ''}${factOf(path) ?? ''}`
  return target === '' ? undefined : `${factOf(method) ?? '–'} ${target}`
}

/** One line for `decisions tail`; the detail is last, as it may be long. */
export function recordLine(record: JsonObject, paint: Paint): string {
  const { id, timeMs, route, issuer, client, caller, detail } = record
  const facts = (
    [
      ['route', route],
      ['issuer', issuer],
      ['client', client],
      ['caller', caller],
    ] as const
  ).flatMap(([name, value]) => {
    const text = factOf(value)
    return text === undefined ? [] : [`${name}=${text}`]
  })
  const parts = [
    formatTime(numberIn(timeMs) ?? Number.NaN) ?? '–',
    outcomeText(record, paint),
    requestOf(record) ?? 'a request that could not be read',
    facts.join(' '),
    paint('faint', factOf(id) ?? '–'),
    factOf(detail) ?? '',
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** The facts below each other, a name before each; those that are unknown are left out. */
export function recordFacts(record: JsonObject, nowMs: number): readonly string[] {
  const { id, timeMs, route, policy, issuer, caller, client, detail, cached, durationMs } = record
  const ms = numberIn(timeMs)
  const written = ms === undefined ? undefined : formatTime(ms)
  const took = numberIn(durationMs)
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    ['decision', factOf(id)],
    ['time', written && ms !== undefined ? `${written} (${formatDistance((ms - nowMs) / 1000)})` : undefined],
    ['request', requestOf(record) ?? 'could not be read'],
    ['client', factOf(client) ?? 'unknown: no trusted caller reports it'],
    ['caller', factOf(caller)],
    ['route', factOf(route)],
    ['policy', factOf(policy)],
    ['issuer', factOf(issuer)],
    ['detail', factOf(detail)],
    ['token', cached === true ? 'remembered, not verified again' : undefined],
    ['took', took === undefined ? undefined : `${Number(took.toPrecision(3))} ms`],
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${value}`]))
}
