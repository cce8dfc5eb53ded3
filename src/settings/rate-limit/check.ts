/** What rate limits mean where they are written. */
import type { Problem } from '../problem.ts'
import { valueAt } from '../../json-pointer.ts'
import { quoted } from '../../printable.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { judgesIn } from '../route/judges.ts'
import type { LocatedProblem } from '../problem.ts'
import type { RateLimitConfig } from './definition.ts'
import { suggestion } from '../../suggest.ts'

/** A limit, where it is written, and what judges the requests that it counts. */
interface Place {
  readonly pointer: string
  readonly limits: readonly RateLimitConfig[]
  readonly access?: 'public' | 'deny' | undefined
}

export function checkRateLimits(parts: ConfigParts): readonly LocatedProblem[] {
  const known = identityHeaders(parts)
  return placesOf(parts).flatMap((place) => {
    const useless = whyUseless(place, parts)
    if (useless !== undefined) return [{ pointer: place.pointer, atKey: true, problem: useless }]
    const seen = new Set<string>()
    return place.limits.flatMap((limit, i): readonly LocatedProblem[] => {
      const pointer = pointerOf(parts.root, place.pointer, i)
      const key = JSON.stringify([limit.per, limit.by ?? 'address']).toLowerCase()
      const isRepeated = seen.has(key)
      seen.add(key)
      if (isRepeated) return [{ pointer, problem: REPEATED }]
      return checkKey(limit.by, place.access, known).map((problem) => ({
        pointer: `${pointer}/by`,
        problem,
      }))
    })
  })
}

/** Where one of several is written: in a list, or alone. */
export const pointerOf = (root: unknown, pointer: string, index: number): string =>
  Array.isArray(valueAt(root, pointer)) ? `${pointer}/${index}` : pointer

function placesOf({ listen, routes, upstreams, root }: ConfigParts): readonly Place[] {
  const listeners = (listen?.gateway ?? []).map((value, i) => ({
    pointer: pointerOf(root, '/listen/gateway', i),
    value,
  }))
  const places: readonly {
    readonly pointer: string
    readonly value: { readonly rate_limit?: Place['limits'] | undefined; readonly access?: Place['access'] }
  }[] = [...listeners, ...routes, ...upstreams]
  return places.flatMap(({ pointer, value: { rate_limit: limits, access } }) =>
    limits === undefined ? [] : [{ pointer: `${pointer}/rate_limit`, limits, access }],
  )
}

function whyUseless({ pointer, access }: Place, { listen, whole }: ConfigParts): Problem | undefined {
  if (access === 'deny')
    return useless(
      'a route with `access: deny` allows no request to count',
      'put the limit on the listener instead',
    )
  if (whole === undefined || listen?.gateway !== undefined || !pointer.startsWith('/routes/'))
    return undefined
  return useless('`rate_limit` has no effect without `listen.gateway`', 'limit requests in the proxy')
}

const useless = (message: string, hint: string): Problem => ({
  code: 'ERR_CONFIG_USELESS_KEY',
  message,
  hints: [hint],
})

const REPEATED: Problem = {
  code: 'ERR_CONFIG_USELESS_KEY',
  message: 'two limits count the same clients in the same window: only the smaller one has an effect',
  hints: ['keep the smaller one'],
}

function checkKey(
  by: RateLimitConfig['by'],
  access: Place['access'],
  known: ReadonlyMap<string, string> | undefined,
): readonly Problem[] {
  if (by === undefined || by === 'address') return []
  const { identity, header, cookie } = by
  if ([identity, header, cookie].filter((key) => key !== undefined).length !== 1) return [EXACTLY_ONE]
  if (identity !== undefined) return checkIdentity(identity, access, known)
  if (header !== undefined && known?.has(header.toLowerCase()) === true) {
    const message = `${quoted(header)} is an identity header, which no client may send`
    return [{ code: 'ERR_CONFIG_HEADER', message, hints: [`write { identity: ${header} }`] }]
  }
  return [CHOSEN]
}

function checkIdentity(
  name: string,
  access: Place['access'],
  known: ReadonlyMap<string, string> | undefined,
): readonly Problem[] {
  if (access === 'public') {
    const message = `nothing sets ${quoted(name)} on a public route`
    return [{ code: 'ERR_CONFIG_HEADER', message, hints: ['count by `address`'] }]
  }
  if (known === undefined || known.has(name.toLowerCase())) return []
  const names = [...known.values()]
  const hint = names.length === 0 ? 'none of them has `identity`' : `known: ${names.slice(0, 20).join(', ')}`
  const message = `no policy, no auth service and no \`basic_auth\` sets ${quoted(name)}`
  return [{ code: 'ERR_CONFIG_HEADER', message, ...suggestion(name, new Set(names)), hints: [hint] }]
}

const EXACTLY_ONE: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: 'exactly one of `identity`, `header` and `cookie` is needed',
  hints: ['write `by: address` to count by the address of the client'],
}

const CHOSEN: Problem = {
  code: 'WARN_CONFIG_RATE_LIMIT_KEY',
  message: 'the client chooses this value, and can evade the limit by changing it',
  hints: ['add a second limit by address: `rate_limit: [{ …, by: address }, …]`'],
}

/** Names that policies, auth services and `basic_auth` set, by their lower-case form; undefined where not all could be read. */
function identityHeaders({ whole, policies, routes }: ConfigParts): ReadonlyMap<string, string> | undefined {
  if (whole === undefined) return undefined
  const names = [
    ...policies.flatMap(({ value }) => Object.keys(value.identity ?? {})),
    ...routes
      .flatMap(judgesIn)
      .flatMap(({ value: { forward_auth: service, basic_auth: basic } }) => [
        ...Object.values(service?.headers ?? {}),
        ...(basic?.user_header === undefined ? [] : [basic.user_header]),
      ]),
  ]
  return new Map(names.map((name) => [name.toLowerCase(), name]))
}
