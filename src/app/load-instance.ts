/** From a file to an instance: what `serve`, `check`, `explain` and a reload have in common. */
import { gomaFormat } from '../compat/goma/format.ts'
import { jwtauthrequestFormat } from '../compat/jwtauthrequest/format.ts'
import {
  loadConfig,
  loadConfigText,
  type ConfigFailure,
  type LoadConfigDeps,
  type LoadedConfig,
} from '../config/load-config.ts'
import { loadConfigPartly, type PartlyLoaded } from '../config/load-partly.ts'
import { readEnv } from '../config/read-env.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import { supportedAlgorithms } from '../keys/supported-algorithms.ts'
import { err, type Result } from '../result.ts'
import { buildInstance, type BuildDeps, type Instance } from './build-instance.ts'
import { listFiles } from './list-files.ts'
import { MAX_READ_BYTES, readBounded } from './read-bounded.ts'

// Asked of the runtime once in a process; it cannot change.
let supported: ReadonlySet<Algorithm> | undefined

/** Loads and compiles a configuration file. Nothing is left running on a failure. */
export async function loadInstance(file: string, deps: BuildDeps): Promise<Result<Instance, ConfigFailure>> {
  return build(await loadConfig(file, loadConfigDeps()), deps)
}

/** As much of a configuration of another system as can be used; no key or certificate is looked for. */
export const loadForConversion = (file: string): Promise<Result<PartlyLoaded, ConfigFailure>> =>
  loadConfigPartly(file, loadConfigDeps())

/** The same for a text that is not in a file, like the one of `warder dev`. */
export async function loadInstanceText(
  text: string,
  name: string,
  deps: BuildDeps,
): Promise<Result<Instance, ConfigFailure>> {
  return build(await loadConfigText(text, name, loadConfigDeps()), deps)
}

/** What loading a configuration needs of this process. */
function loadConfigDeps(): LoadConfigDeps {
  supported ??= supportedAlgorithms()
  return {
    readFile: (path) => readBounded(path, MAX_READ_BYTES),
    listFiles,
    env: readEnv(),
    supportedAlgorithms: supported,
    foreignFormats: [jwtauthrequestFormat, gomaFormat],
  }
}

function build(
  loaded: Result<LoadedConfig, ConfigFailure>,
  deps: BuildDeps,
): Result<Instance, ConfigFailure> {
  if (!loaded.ok) return loaded
  const { source, files, directories } = loaded.value
  const built = buildInstance(loaded.value, deps)
  if (built.ok) return built
  const { diagnostics, fileHashes } = built.error
  return err({ diagnostics, source, watched: { files, directories, fileHashes } })
}
