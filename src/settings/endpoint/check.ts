/** What the schema cannot check about decision endpoints. */
import type { EndpointConfig } from '../definition.ts'
import { problemAt, type Located, type LocatedProblem } from '../problem.ts'

/** Paths of Warder's own decision endpoints. */
const RESERVED_PATH = /^\/v1\/auth(\/|$)/

export function checkEndpoints(endpoints: readonly Located<EndpointConfig>[]): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  const seen = new Set<string>()
  for (const { pointer, value: endpoint } of endpoints) {
    const at = `${pointer}/path`
    const message = `the endpoint "${endpoint.path}" already exists`
    if (RESERVED_PATH.test(endpoint.path))
      found.push(problemAt(at, 'ERR_CONFIG_PATH', 'paths below /v1/auth are reserved'))
    if (seen.has(endpoint.path)) found.push(problemAt(at, 'ERR_CONFIG_DUPLICATE_NAME', message))
    seen.add(endpoint.path)
  }
  return found
}
