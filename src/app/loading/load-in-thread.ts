/** Loads a configuration for a running service, so that no decision waits for it. */
import type { ConfigFailure, LoadedConfig } from '../../config/load-config.ts'
import type { Result } from '../../result.ts'
import type { Rest } from '../../slices.ts'
import { buildInSlices, type BuildDeps, type BuildFailure, type Instance } from '../build-instance.ts'
import { loadInstance } from '../load-instance.ts'
import { checkInThread, type CheckedConfig } from './check-in-thread.ts'
import { createRest } from './rest.ts'

export interface ThreadDeps extends BuildDeps {
  /** Called when the thread fails, which is a bug: the file is then loaded here, and decisions wait. */
  readonly onThreadFault: (why: string) => void
}

/**
 * The same as {@link loadInstance}: a thread loads the file and checks it, this one takes the settings in parts and
 * compiles them in slices. Warnings have their positions; the configuration itself knows only those of `stepPlaces`,
 * and where its settings come from if they are not too many.
 */
export async function loadInThread(file: string, deps: ThreadDeps): Promise<Result<Instance, ConfigFailure>> {
  const rest = createRest()
  const checked = await checkInThread(file)
  if (typeof checked === 'string') {
    deps.onThreadFault(checked)
    return loadInstance(file, deps)
  }
  if (!checked.ok) return checked
  await rest()
  const built = await build(checked.value, deps, rest)
  // A file has changed since the thread read it. This reports where the mistake is.
  return built.ok ? built : loadInstance(file, deps)
}

function build(
  { facts, settings }: CheckedConfig,
  deps: BuildDeps,
  rest: Rest,
): Promise<Result<Instance, BuildFailure>> {
  const start = { file: facts.source.file, line: 1, column: 1, length: 1 }
  const config: LoadedConfig = {
    ...facts,
    settings,
    // They have been looked at.
    secretFiles: [],
    positionOf: () => start,
    positionOfSetting: () => start,
    // Empty for a configuration whose origins are not shown, because there are too many.
    originOfSetting: (path) => facts.origins.get(path) ?? { kind: 'default' },
  }
  return buildInSlices(config, facts.warnings, deps, rest)
}
