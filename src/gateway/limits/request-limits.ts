/** The rate limits of a request: those of its listener, its route and its upstream, each asked in its turn. */
import type { IsTrusted } from '../client/client-address.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { Judgement } from '../judges/judge-request.ts'
import { rateKeyOf } from './rate-key.ts'
import type { RateLimit, RateStore } from './rate-store.ts'
import type { RateKey, RateLimitSettings } from '../../settings/rate-limit/definition.ts'

/** A limit that a configuration has. */
export interface PlacedLimit extends RateLimit {
  readonly by: RateKey
  /** For the log: `route read: 600 in 60s by address`. */
  readonly label: string
}

/** A limit that a request is over, and when the client may come back. */
export interface Excess {
  readonly limit: PlacedLimit
  readonly seconds: number
}

/** Undefined where the request is within every limit. */
export type Taken = Excess | undefined

export interface RequestLimits {
  /** Those that need no judgement: before a key is looked up, a password hashed or an auth service asked. */
  before(request: ClientRequest): Taken | Promise<Taken>
  /** Those by identity. Who is denied has none, and is counted by address. */
  after(request: ClientRequest, judgement: Judgement): Taken | Promise<Taken>
}

/** What the limits of one request are made of. */
export interface LimitContext {
  readonly store: RateStore
  /** Of all policies, lower case, in the order of a decision's identity. */
  readonly identityNames: readonly string[]
  readonly isTrusted: IsTrusted
}

/** For how long a client is sent away when a store has broken its word. */
const RETRY_AFTER_FAULT_SECONDS = 1

/** @param place Where they are written: `route read`, `upstream orders`, `listener :8080`. */
export const placeLimits = (
  place: string,
  settings: readonly RateLimitSettings[] = [],
): readonly PlacedLimit[] =>
  settings.map(({ requests, perMs, by }) => {
    const key = by.kind === 'address' ? 'address' : `${by.kind} ${by.name}`
    const id = `${place} ${perMs} ${key.toLowerCase()}`
    return { id, requests, perMs, by, label: `${place}: ${requests} in ${perMs / 1_000}s by ${key}` }
  })

/** Undefined where there are none, so that requests without a limit cost nothing. */
export function compileRequestLimits(
  limits: readonly PlacedLimit[],
  context: LimitContext,
): RequestLimits | undefined {
  if (limits.length === 0) return undefined
  const byIdentity = limits.filter(({ by }) => by.kind === 'identity')
  const others = limits.filter(({ by }) => by.kind !== 'identity')
  return {
    before: (request) => takeAll(others, request, undefined, context),
    after: (request, judgement) => takeAll(byIdentity, request, judgement, context),
  }
}

/** Asks all of them, also when one has said no: a client that is over one limit cannot spare the others. */
function takeAll(
  limits: readonly PlacedLimit[],
  request: ClientRequest,
  judgement: Judgement | undefined,
  { store, identityNames, isTrusted }: LimitContext,
): Taken | Promise<Taken> {
  let longest: Taken
  let pending: Promise<Taken>[] | undefined
  for (const limit of limits) {
    const toExcess = (seconds: number): Taken => (seconds === 0 ? undefined : { limit, seconds })
    const key = rateKeyOf(limit.by, request, judgement, identityNames, isTrusted)
    const seconds = store.take(limit, key)
    if (typeof seconds === 'number') longest = longer(longest, toExcess(seconds))
    else (pending ??= []).push(seconds.then(toExcess, () => toExcess(RETRY_AFTER_FAULT_SECONDS)))
  }
  if (pending === undefined) return longest
  const known = longest
  return Promise.all(pending).then((taken) => taken.reduce(longer, known))
}

const longer = (one: Taken, other: Taken): Taken =>
  one === undefined || (other !== undefined && other.seconds > one.seconds) ? other : one
