/** What the schema cannot check about an auth service. */
import { toPointer } from '../../json-pointer.ts'
import { problemAt, type Located, type LocatedProblem } from '../problem.ts'
import type { ForwardAuthConfig } from './definition.ts'

/** Two answer headers for one target: which of them counts would be chance. */
export function checkForwardAuth({ pointer, value }: Located<ForwardAuthConfig>): readonly LocatedProblem[] {
  return (['headers', 'params'] as const).flatMap((key) => {
    const seen = new Set<string>()
    return Object.entries(value[key] ?? {}).flatMap(([from, to]) => {
      const target = to.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
      const isTwice = seen.has(target)
      seen.add(target)
      if (!isTwice) return []
      const at = `${pointer}/${key}${toPointer([from])}`
      const message = `another answer header already sets "${to}"`
      return [problemAt(at, 'ERR_CONFIG_DUPLICATE_NAME', message)]
    })
  })
}
