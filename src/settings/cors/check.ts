/** What a route may not allow pages of other origins. */
import type { LocatedProblem } from '../problem.ts'
import type { ConfigParts } from '../read/read-config.ts'

export function checkCors({ routes }: ConfigParts): readonly LocatedProblem[] {
  return routes.flatMap(({ pointer, value: { cors, upstream } }): readonly LocatedProblem[] => {
    if (cors === undefined) return []
    if (upstream === undefined) {
      const message = '`cors` has no effect without `upstream`'
      return [
        { pointer: `${pointer}/cors`, atKey: true, problem: { code: 'ERR_CONFIG_USELESS_KEY', message } },
      ]
    }
    if (!cors.origins.includes('*')) return []
    if (cors.credentials === true) {
      const message = 'with `credentials`, `*` lets every page that a user opens act in their name'
      const hints = ['list the allowed origins']
      return [
        { pointer: `${pointer}/cors/credentials`, problem: { code: 'ERR_CONFIG_VALUE', message, hints } },
      ]
    }
    if (cors.origins.length === 1) return []
    const message = '`*` already allows every other origin'
    return [{ pointer: `${pointer}/cors/origins`, problem: { code: 'ERR_CONFIG_VALUE', message } }]
  })
}
