/** The status of a service, for people. */
import { formatDistance } from '../../decision/explain/format-distance.ts'
import type { JsonObject } from '../../strict-json.ts'
import type { Colour, Paint } from '../paint.ts'
import { shown } from '../report-fault.ts'
import { numberIn, objectIn, objectsIn, textOr } from '../running/members.ts'
import { formatTable } from '../table.ts'
import { formatTime } from '../times.ts'

/** The answer first, then a line for each part, then a table of the issuers with what troubles them below it. */
export function formatStatus(status: JsonObject, nowMs: number, paint: Paint): string {
  const lines = [
    headline(status, nowMs, paint),
    ...configLines(objectIn(status['config']), nowMs),
    ...reloadLines(status['lastReload'], nowMs, paint),
    ...listenerLines(status['listeners']),
    ...workerLines(objectsIn(status['workers']), paint),
  ]
  const issuers = objectsIn(status['issuers'])
  return `${[...lines, '', ...issuerLines(issuers, nowMs, paint)].join('\n')}\n`
}

/** As wide as the names of the parts. */
const line = (name: string, text: string): string => `${name.padEnd(9)} ${text}`

/** A value of the answer, or a dash. */
const value = (member: unknown): string => shown(textOr(member, '–'))

function headline({ isReady, version, startedAt }: JsonObject, nowMs: number, paint: Paint): string {
  const state = isReady === true ? paint('green', 'READY') : paint('red', 'NOT READY')
  return `${state}   warder ${value(version)}, started ${moment(startedAt, nowMs)}`
}

function configLines(config: JsonObject, nowMs: number): readonly string[] {
  const { digest, file, format, loadedAt, warnings } = config
  const written = format === 'warder' ? '' : `, format ${value(format)}`
  const said = labelsOf(warnings)
  return [
    line('config', `${value(digest)}  ${value(file)}${written}, loaded ${moment(loadedAt, nowMs)}`),
    ...said.map((label) => line('', `warning ${label}`)),
  ]
}

function reloadLines(last: unknown, nowMs: number, paint: Paint): readonly string[] {
  if (last === null || last === undefined) return [line('reload', 'none since the start')]
  const { at, result, cause, errors } = objectIn(last)
  const isRefused = result === 'refused'
  const answer = paint(isRefused ? 'red' : 'green', value(result))
  const kept = isRefused ? '; the configuration above stays in force' : ''
  return [
    line('reload', `${answer} ${moment(at, nowMs)}, ${causeOf(cause)}${kept}`),
    ...labelsOf(errors).map((label) => line('', `error ${label}`)),
  ]
}

const CAUSES: Readonly<Record<string, string>> = {
  signal: 'after a signal',
  watch: 'after a change of a file',
  api: 'by the admin API',
}

const causeOf = (cause: unknown): string => {
  const name = textOr(cause, '–')
  return (Object.hasOwn(CAUSES, name) ? CAUSES[name] : undefined) ?? `by ${shown(name)}`
}

/** Of diagnostics: each in one line. */
const labelsOf = (list: unknown): readonly string[] =>
  (Array.isArray(list) ? (list as readonly unknown[]) : []).map((item) => {
    const { code, message, file, line: at } = objectIn(item)
    const place = typeof file === 'string' && typeof at === 'number' ? `  [${shown(file)}:${at}]` : ''
    return `${value(code)}: ${value(message)}${place}`
  })

function listenerLines(listeners: unknown): readonly string[] {
  const all = (Array.isArray(listeners) ? (listeners as readonly unknown[]) : []).map((item) => {
    const { kind, address } = objectIn(item)
    return `${value(kind)} ${value(address)}`
  })
  return [line('listeners', all.length === 0 ? '–' : all.join(', '))]
}

function workerLines(workers: readonly JsonObject[], paint: Paint): readonly string[] {
  if (workers.length === 0) return [line('workers', 'none: it serves in one process')]
  const serving = workers.filter(({ isServing }) => isServing === true).length
  const others = workers
    .filter(({ isServing }) => isServing !== true)
    .map(({ number, lastEnd }) => {
      const end = typeof lastEnd === 'string' ? `; the previous process ended: ${shown(lastEnd)}` : ''
      return line('', paint('yellow', `worker ${numberIn(number) ?? '–'} starts${end}`))
    })
  return [line('workers', `${serving} of ${workers.length} serving`), ...others]
}

const STATE_COLOURS: Readonly<Record<string, Colour>> = {
  fresh: 'green',
  stale: 'yellow',
  expired: 'red',
  empty: 'red',
}

function issuerLines(issuers: readonly JsonObject[], nowMs: number, paint: Paint): readonly string[] {
  const rows = issuers.map(({ name, source, state, keys, loadedAt, nextLoadAt }) => [
    value(name),
    value(state),
    String(Array.isArray(keys) ? keys.length : (numberIn(keys) ?? '–')),
    distance(loadedAt, nowMs) ?? '–',
    distance(nextLoadAt, nowMs) ?? '–',
    value(source),
  ])
  const [head = '', ...body] = formatTable([['ISSUER', 'STATE', 'KEYS', 'LOADED', 'NEXT', 'SOURCE'], ...rows])
  const coloured = body.map((text, index) => {
    const colour = STATE_COLOURS[textOr(issuers[index]?.['state'], '')]
    return colour === undefined || colour === 'green' ? text : paint(colour, text)
  })
  const troubles = issuers.flatMap(({ name, lastError }) =>
    typeof lastError === 'string'
      ? [`${paint('yellow', 'trouble')}  ${value(name)}: ${shown(lastError)}`]
      : [],
  )
  return [head, ...coloured, ...troubles]
}

/** `2026-11-21T17:09:55Z (3 m ago)`. */
function moment(time: unknown, nowMs: number): string {
  const ms = Date.parse(textOr(time, ''))
  const written = formatTime(ms)
  return Number.isNaN(ms) || written === undefined ? '–' : `${written} (${distance(time, nowMs)})`
}

function distance(time: unknown, nowMs: number): string | undefined {
  const ms = Date.parse(textOr(time, ''))
  return Number.isNaN(ms) ? undefined : formatDistance((ms - nowMs) / 1000)
}
