/** The rate limits of a request: those of its listener, its route and its upstream. */
import type { ClientRequest } from '../client/client-request.ts'
import type { Judgement } from '../judges/judge.ts'
import { rateKeyOf } from './rate-key.ts'
import type { RateLimit, RateStore } from '../../decision/stores.ts'
import type { RateKey, RateLimitSettings } from '../../settings/rate-limit/definition.ts'

/** A limit that a configuration has. */
export interface PlacedLimit extends RateLimit {
  readonly by: RateKey
  /** For the log: `route read: 600 in 60s by address`. */
  readonly label: string
}

/** A limit that a request exceeds, and the seconds until the client may try again. */
export interface ExceededLimit {
  readonly limit: PlacedLimit
  readonly seconds: number
}

/** Undefined if the request is within every limit. */
export type LimitResult = ExceededLimit | undefined

export interface RequestLimits {
  /** Those that need no judgement: before a key is looked up, a password hashed or an auth service asked. */
  before(request: ClientRequest): LimitResult | Promise<LimitResult>
  /** Those by identity. A client that is denied has no identity, and is counted by address. */
  after(request: ClientRequest, judgement: Judgement): LimitResult | Promise<LimitResult>
}

/** The parts that all limits share. */
export interface LimitContext {
  readonly store: RateStore
  /** Of all policies, lower case, in the order of a decision's identity. */
  readonly identityNames: readonly string[]
}

/** How long a client is sent away when a store has failed. */
const RETRY_AFTER_FAULT_SECONDS = 1

/** @param place Of the setting: `route read`, `upstream orders`, `listener :8080`. */
export const placeLimits = (
  place: string,
  settings: readonly RateLimitSettings[] = [],
): readonly PlacedLimit[] =>
  settings.map(({ requests, perMs, by }) => {
    const key = by.kind === 'address' ? 'address' : `${by.kind} ${by.name}`
    const id = `${place} ${perMs} ${key.toLowerCase()}`
    return { id, requests, perMs, by, label: `${place}: ${requests} in ${perMs / 1_000}s by ${key}` }
  })

/** Undefined if there are none, so that requests without a limit cost nothing. */
export function compileRequestLimits(
  limits: readonly PlacedLimit[],
  context: LimitContext,
): RequestLimits | undefined {
  if (limits.length === 0) return undefined
  const byIdentity = limits.filter(({ by }) => by.kind === 'identity')
  const others = limits.filter(({ by }) => by.kind !== 'identity')
  return {
    before: (request) => countAll(others, request, undefined, context),
    after: (request, judgement) => countAll(byIdentity, request, judgement, context),
  }
}

/** All limits count the request, even if it exceeds one: a client over one limit must not spare the others. */
function countAll(
  limits: readonly PlacedLimit[],
  request: ClientRequest,
  judgement: Judgement | undefined,
  { store, identityNames }: LimitContext,
): LimitResult | Promise<LimitResult> {
  let longest: LimitResult
  let pending: Promise<LimitResult>[] | undefined
  for (const limit of limits) {
    const toResult = (seconds: number): LimitResult => (seconds === 0 ? undefined : { limit, seconds })
    const seconds = store.count(limit, rateKeyOf(limit.by, request, judgement, identityNames))
    if (typeof seconds === 'number') longest = longer(longest, toResult(seconds))
    else (pending ??= []).push(seconds.then(toResult, () => toResult(RETRY_AFTER_FAULT_SECONDS)))
  }
  if (pending === undefined) return longest
  const known = longest
  return Promise.all(pending).then((results) => results.reduce(longer, known))
}

const longer = (one: LimitResult, other: LimitResult): LimitResult =>
  one === undefined || (other !== undefined && other.seconds > one.seconds) ? other : one
