/** The earlier route that a request would bypass if the application read its path or method differently. */
import type { Route, RouteQuery, RouteTable } from '../policy/compile-routes.ts'
import { otherSpellings } from '../request/other-spellings.ts'
import type { DenialFacts, DenialFor } from './denial.ts'

/** Why no route judges a request although one may match. */
export interface RouteRefusal {
  readonly denial: DenialFor<'path_ambiguous'> | DenialFor<'method_refused'> | DenialFor<'internal_error'>
  /** The route that matches; undefined if no route was looked for. */
  readonly judged?: Route
  /** The route that would match if the application read the request differently; undefined for none. */
  readonly met?: Route | undefined
  /** How the application might read it. */
  readonly reading?: OtherReading
}

/** Another reading of a request than the one that is judged. */
export type OtherReading =
  | { readonly by: 'letter_case' | 'scripts' }
  | { readonly by: 'path'; readonly path: string }
  | { readonly by: 'method'; readonly method: string }

/** For a path with several readings. */
export const ambiguousPath = (ambiguity: DenialFacts['path_ambiguous']['ambiguity']): RouteRefusal => ({
  denial: { reason: 'path_ambiguous', ambiguity },
})

/**
 * An earlier route that an application would serve if it ignored letter case, to which `/ADMIN` is `/admin`, or
 * decoded what the route keeps encoded, or served the path in another spelling.
 *
 * @param readings Of a path that has several.
 */
export function otherRoute(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  readings: readonly string[],
): RouteRefusal | undefined {
  if (judged.order === 0) return undefined
  const byCase = routes.metByCase(judged, query)
  if (byCase !== undefined)
    return { ...ambiguousPath('letter_case'), judged, met: byCase, reading: { by: 'letter_case' } }
  if (readings.length === 0) {
    const spellings = otherSpellings(query.path, routes.ends)
    // The usual case.
    return spellings?.length === 0 ? undefined : spelledOtherwise(routes, judged, query, spellings)
  }
  for (const path of readings) {
    const read = { ...query, path }
    const met = routes.earlierMatch(judged, read) ?? routes.metByCase(judged, read)
    if (met !== undefined)
      return { ...ambiguousPath('other_reading'), judged, met, reading: { by: 'path', path } }
  }
  return spelledOtherwise(routes, judged, query, spellingsOf(readings, routes))
}

/** Most spellings of all readings together: with long paths, each of them takes a few microseconds. */
const MAX_SPELLINGS = 256

function spellingsOf(readings: readonly string[], { ends }: RouteTable): readonly string[] | undefined {
  const all = new Set<string>()
  for (const reading of readings) {
    const spellings = otherSpellings(reading, ends)
    if (spellings === undefined) return undefined
    for (const spelling of spellings) all.add(spelling)
    if (all.size > MAX_SPELLINGS) return undefined
  }
  return [...all]
}

function spelledOtherwise(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  spellings: readonly string[] | undefined,
): RouteRefusal | undefined {
  if (spellings === undefined)
    return { ...ambiguousPath('other_spelling'), judged, reading: { by: 'scripts' } }
  for (const path of spellings) {
    const read = { ...query, path }
    for (const met of [routes.earlierMatch(judged, read), routes.metByCase(judged, read)])
      if (met !== undefined && asksOtherwise(met, judged))
        return { ...ambiguousPath('other_spelling'), judged, met, reading: { by: 'path', path } }
  }
  return undefined
}

/** A HEAD that passes the route for its GET: most applications serve it with the handler for GET. */
export function servedAsGet(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  readings: readonly string[],
): RouteRefusal | undefined {
  if (query.method !== 'HEAD' || routes.methods.size === 0) return undefined
  const asGet = { ...query, method: 'GET' }
  const earlier = routes.earlierMatch(judged, asGet)
  const met = earlier ?? otherRoute(routes, judged, asGet, readings)?.met
  if (met === undefined || !asksOtherwise(met, judged)) return undefined
  return { denial: methodRefused('head'), judged, met, reading: { by: 'method', method: 'GET' } }
}

/** The denial of a method. */
export const methodRefused = (
  fault: DenialFacts['method_refused']['fault'],
): DenialFor<'method_refused'> => ({ reason: 'method_refused', fault })

/** Whether a route may deny what the other one allows. Nothing is known about judges that only the gateway can ask. */
function asksOtherwise(met: Route, judged: Route): boolean {
  if (met.access.kind === 'public' || judged.access.kind === 'deny') return false
  return !(
    met.access.kind === 'policy' &&
    judged.access.kind === 'policy' &&
    met.access.policy === judged.access.policy &&
    met.settings.allowAnonymous === judged.settings.allowAnonymous
  )
}
