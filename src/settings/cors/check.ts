/** What a route may not allow pages of other origins. */
import { problemAt, type LocatedProblem } from '../problem.ts'
import type { ConfigParts } from '../read/read-config.ts'

export function checkCors({ routes }: ConfigParts): readonly LocatedProblem[] {
  return routes.flatMap(({ pointer, value: { cors, upstream } }) => {
    if (upstream === undefined || cors?.origins.includes('*') !== true) return []
    if (cors.credentials === true) {
      const message = 'with `credentials`, `*` lets every page that a user opens act in their name'
      return [
        problemAt(`${pointer}/cors/credentials`, 'ERR_CONFIG_VALUE', message, 'list the allowed origins'),
      ]
    }
    if (cors.origins.length === 1) return []
    return [problemAt(`${pointer}/cors/origins`, 'ERR_CONFIG_VALUE', '`*` already allows every other origin')]
  })
}
