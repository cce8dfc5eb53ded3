/** The parameters of `GET /v1/decisions`. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { quoted } from '../printable.ts'
import { err, ok, type Result } from '../result.ts'
import { adminError } from './admin-error.ts'
import type { AdminParameter } from './admin-route.ts'
import type { DecisionFilter } from './decision-record.ts'
import type { RouteAnswer } from './route-answer.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

const NAMES = ['reason', 'route', 'policy', 'issuer', 'caller'] as const

/** For the table of the admin listener. */
export const FILTER_PARAMETERS: Readonly<Record<keyof DecisionFilter, AdminParameter>> = {
  outcome: { doc: '`allow` or `deny`.', schema: z.enum(['allow', 'deny']) },
  reason: { doc: 'A reason, such as `token_expired`.' },
  route: { doc: 'Name of the route.' },
  policy: { doc: 'Name of the policy.' },
  issuer: { doc: 'Name of the issuer.' },
  caller: { doc: 'Name of the dialect, such as `nginx`, or `gateway`.' },
  client: { doc: 'Address of the client, or a network such as `10.0.0.0/8`.' },
  limit: {
    doc: `Most decisions in the answer; ${DEFAULT_LIMIT} without it, at most ${MAX_LIMIT}.`,
    schema: z.int().min(1).max(MAX_LIMIT),
  },
  after: { doc: 'Id of a decision: only those that are newer.' },
}

/** @param query Has only parameters of {@link FILTER_PARAMETERS}. */
export function readDecisionFilter(query: ReadonlyMap<string, string>): Result<DecisionFilter, RouteAnswer> {
  const { outcome, client, limit = String(DEFAULT_LIMIT), after } = Object.fromEntries(query)
  if (outcome !== undefined && outcome !== 'allow' && outcome !== 'deny')
    return refuse('outcome', outcome, 'write outcome=allow or outcome=deny')
  if (client !== undefined && !isNetwork(client))
    return refuse('client', client, 'write an address, or a network such as 10.0.0.0/8')
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > MAX_LIMIT)
    return refuse('limit', limit, `write a number from 1 to ${MAX_LIMIT}`)
  const names = NAMES.flatMap((name) => (query.has(name) ? [[name, query.get(name)] as const] : []))
  return ok({
    ...Object.fromEntries(names),
    ...(outcome !== undefined && { outcome }),
    ...(client !== undefined && { client }),
    ...(after !== undefined && { after: after.toUpperCase() }),
    limit: Number(limit),
  })
}

function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  return family !== 0 && more === undefined && (bits === undefined || isPrefix(bits, most))
}

const isPrefix = (bits: string, most: number): boolean => /^\d{1,3}$/.test(bits) && Number(bits) <= most

const refuse = (name: string, value: string, hint: string): { ok: false; error: RouteAnswer } =>
  err(adminError('ERR_ADMIN_QUERY', `${name} has an invalid value: ${quoted(value)}`, [hint]))
