/** The filters of `decisions tail`, as the admin API takes them. */
import { ALLOW_REASONS, DENY_REASONS } from '../../decision/reasons.ts'
import { unknownName, usageError } from '../usage-error.ts'

export interface FilterOptions {
  readonly outcome?: string
  readonly reason?: string
  readonly route?: string
  readonly policy?: string
  readonly issuer?: string
  readonly caller?: string
  readonly client?: string
  readonly limit: string
}

/** Most decisions of one answer. */
export const MAX_LIMIT = 1000

/** Compared exactly, so that a typo would wait for ever for what never comes: what is known here is checked here. */
export function readFilter(options: FilterOptions): readonly (readonly [name: string, value: string])[] {
  const { outcome, reason, route, policy, issuer, caller, client } = options
  if (outcome !== undefined && outcome !== 'allow' && outcome !== 'deny')
    throw usageError('--outcome: neither allow nor deny', 'write --outcome deny')
  const reasons: readonly string[] = [...DENY_REASONS, ...ALLOW_REASONS]
  if (reason !== undefined && !reasons.includes(reason))
    throw unknownName('--reason', 'reason', 'reasons', reason, reasons)
  const given = { outcome, reason, route, policy, issuer, caller, client }
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
}

/** @throws WarderError ERR_CLI_USAGE */
export function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (limit <= MAX_LIMIT) return limit
  throw usageError(`--limit: not a number from 0 to ${MAX_LIMIT}`, 'write --limit 100')
}
