/** The value of a `warder.yaml` that was made, not written, → Settings. Formats of other systems come in this way. */
import { crossCheck } from './cross-checks.ts'
import { readConfig } from '../settings/read/read-config.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import { fillSettings, type Settings } from '../settings/definition.ts'
import type { FillContext } from '../settings/kinds/kind.ts'

/**
 * Everything that is asked of a `warder.yaml` is asked of it. Nothing is interpolated.
 *
 * @returns Undefined settings when a problem is an error; pointers lead into `value`.
 */
export function readSettings(
  value: Readonly<Record<string, unknown>>,
  context: FillContext,
): { readonly settings: Settings | undefined; readonly problems: readonly LocatedProblem[] } {
  const { parts, problems } = readConfig(value)
  const found = [...problems, ...crossCheck(parts, context.supportedAlgorithms)]
  const isSound = !found.some(({ problem }) => problem.code.startsWith('ERR_'))
  if (parts.whole === undefined || !isSound) return { settings: undefined, problems: found }
  return { settings: fillSettings(parts.whole, context), problems: found }
}
