/** What the schema cannot check about decision endpoints. */
import type { EndpointConfig } from '../definition.ts'
import type { Located, LocatedProblem } from '../problem.ts'

/** Paths of Warder's own decision endpoints. */
const RESERVED_PATH = /^\/v1\/auth(\/|$)/

export function checkEndpoints(endpoints: readonly Located<EndpointConfig>[]): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  const seen = new Set<string>()
  for (const { pointer, value: endpoint } of endpoints) {
    if (RESERVED_PATH.test(endpoint.path)) {
      found.push({
        pointer: `${pointer}/path`,
        problem: { code: 'ERR_CONFIG_PATH', message: 'paths below /v1/auth are reserved' },
      })
    }
    if (seen.has(endpoint.path)) {
      const message = `the endpoint "${endpoint.path}" already exists`
      found.push({ pointer: `${pointer}/path`, problem: { code: 'ERR_CONFIG_DUPLICATE_NAME', message } })
    }
    seen.add(endpoint.path)
  }
  return found
}
