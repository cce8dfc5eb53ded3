/** What rate limits mean where they are written. */
import { valueAt } from '../../json-pointer.ts'
import { quoted } from '../../printable.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { judgesIn } from '../route/judges.ts'
import { problemAt, problemAtKey, type LocatedProblem } from '../problem.ts'
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
    const useless = checkUseless(place, parts)
    if (useless !== undefined) return [useless]
    const seen = new Set<string>()
    return place.limits.flatMap((limit, i) => {
      const pointer = pointerOf(parts.root, place.pointer, i)
      const key = JSON.stringify([limit.per, limit.by ?? 'address']).toLowerCase()
      const isRepeated = seen.has(key)
      seen.add(key)
      return isRepeated ? [repeated(pointer)] : checkKey(`${pointer}/by`, limit.by, place.access, known)
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

function checkUseless(
  { pointer, access }: Place,
  { listen, whole }: ConfigParts,
): LocatedProblem | undefined {
  if (access === 'deny') {
    const message = 'a route with `access: deny` allows no request to count'
    return problemAtKey(pointer, 'ERR_CONFIG_USELESS_KEY', message, 'put the limit on the listener instead')
  }
  if (whole === undefined || listen?.gateway !== undefined || !pointer.startsWith('/routes/'))
    return undefined
  const message = '`rate_limit` has no effect without `listen.gateway`'
  return problemAtKey(pointer, 'ERR_CONFIG_USELESS_KEY', message, 'limit requests in the proxy')
}

function repeated(pointer: string): LocatedProblem {
  const message = 'two limits count the same clients in the same window: only the smaller one has an effect'
  return problemAt(pointer, 'ERR_CONFIG_USELESS_KEY', message, 'keep the smaller one')
}

function checkKey(
  at: string,
  by: RateLimitConfig['by'],
  access: Place['access'],
  known: ReadonlyMap<string, string> | undefined,
): readonly LocatedProblem[] {
  if (by === undefined || by === 'address') return []
  const { identity, header, cookie } = by
  if ([identity, header, cookie].filter((key) => key !== undefined).length !== 1) {
    const message = 'exactly one of `identity`, `header` and `cookie` is needed'
    const hint = 'write `by: address` to count by the address of the client'
    return [problemAt(at, 'ERR_CONFIG_EXACTLY_ONE', message, hint)]
  }
  if (identity !== undefined) return checkIdentity(at, identity, access, known)
  if (header !== undefined && known?.has(header.toLowerCase()) === true) {
    const message = `${quoted(header)} is an identity header, which no client may send`
    return [problemAt(at, 'ERR_CONFIG_HEADER', message, `write { identity: ${header} }`)]
  }
  const message = 'the client chooses this value, and can evade the limit by changing it'
  const hint = 'add a second limit by address: `rate_limit: [{ …, by: address }, …]`'
  return [problemAt(at, 'WARN_CONFIG_RATE_LIMIT_KEY', message, hint)]
}

function checkIdentity(
  at: string,
  name: string,
  access: Place['access'],
  known: ReadonlyMap<string, string> | undefined,
): readonly LocatedProblem[] {
  if (access === 'public') {
    const message = `nothing sets ${quoted(name)} on a public route`
    return [problemAt(at, 'ERR_CONFIG_HEADER', message, 'count by `address`')]
  }
  if (known === undefined || known.has(name.toLowerCase())) return []
  const names = [...known.values()]
  const hint = names.length === 0 ? 'none of them has `identity`' : `known: ${names.slice(0, 20).join(', ')}`
  const message = `no policy, no auth service and no \`basic_auth\` sets ${quoted(name)}`
  const problem = { code: 'ERR_CONFIG_HEADER', message, ...suggestion(name, new Set(names)) } as const
  return [{ pointer: at, problem: { ...problem, hints: [hint] } }]
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
