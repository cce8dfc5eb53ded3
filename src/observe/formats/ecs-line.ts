/** A line as one JSON object with the field names of the Elastic Common Schema. */
import { printableJson } from '../../printable.ts'
import type { FormatLine, LogFields } from './line.ts'

/** The version whose names these are. */
const ECS_VERSION = '8.11.0'

/**
 * Warder's field → that of ECS; every other field is `warder.<field>`. The names have dots, as those of the ECS loggers
 * for Java and .NET: Elasticsearch reads them as objects.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-field-reference
 */
export const ECS_NAMES: Readonly<Record<string, string>> = {
  event: 'event.action',
  reason: 'event.reason',
  fault: 'event.reason',
  id: 'event.id',
  trace_id: 'trace.id',
  route: 'rule.name',
  client: 'client.ip',
  user: 'user.name',
  sub: 'user.id',
  method: 'http.request.method',
  status: 'http.response.status_code',
  request_bytes: 'http.request.bytes',
  response_bytes: 'http.response.bytes',
  host: 'url.domain',
  path: 'url.path',
  stack: 'error.stack_trace',
}

/** Of a decision. `event.outcome` says whether the decider worked, `event.type` what it decided. */
const DECISION = {
  'event.kind': 'event',
  'event.category': ['api'],
} as const

/** `{"@timestamp":"2026-11-29T10:00:00.000Z","log.level":"info","message":"denied: token_missing","ecs.version":…` */
export const ecsLine: FormatLine = (level, time, fields, message) => {
  const line: Record<string, unknown> = {
    '@timestamp': time,
    'log.level': level,
    message,
    'ecs.version': ECS_VERSION,
    'service.name': 'warder',
    'event.dataset': 'warder.log',
  }
  for (const [name, value] of Object.entries(fields)) add(line, name, value, fields)
  return `${printableJson(JSON.stringify(line))}\n`
}

function add(line: Record<string, unknown>, name: string, value: unknown, fields: LogFields): void {
  if (value === undefined) return
  if (name === 'ms') return void (line['event.duration'] = Math.round((value as number) * 1_000_000))
  if (name === 'outcome') {
    const isOwnFault = fields['reason'] === 'internal_error'
    const type = value === 'allow' ? 'allowed' : 'denied'
    Object.assign(line, DECISION, {
      'event.type': [type],
      'event.outcome': isOwnFault ? 'failure' : 'success',
    })
    return
  }
  line[ECS_NAMES[name] ?? `warder.${name}`] = value
}
