/** Loads configuration text in tests: no files and no environment but those given. */
import { ALGORITHM_NAMES } from '../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { gomaFormat } from '../../src/compat/goma/format.ts'
import { jwtauthrequestFormat } from '../../src/compat/jwtauthrequest/format.ts'
import { formatDiagnostics } from '../../src/config/format-diagnostics.ts'
import { loadConfigText } from '../../src/config/load-config.ts'
import type { ConfigFailure, LoadConfigDeps, LoadedConfig } from '../../src/config/load-config.ts'
import type { Result } from '../../src/result.ts'

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  /** Absolute path → content. */
  readonly files?: Readonly<Record<string, string>>
}

/** What the tests' runtime has: like Bun, everything but two curves. */
export const SUPPORTED: ReadonlySet<Algorithm> = new Set(
  ALGORITHM_NAMES.filter((name) => name !== 'Ed448' && name !== 'ES256K'),
)

export const loadDeps = ({ env = {}, files = {} }: Surroundings = {}): LoadConfigDeps => ({
  env,
  readFile: (path) => {
    const content = files[path]
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return new TextEncoder().encode(content)
  },
  listFiles: (directory) => {
    const names = Object.keys(files).filter((path) => path.startsWith(`${directory}/`))
    if (names.length === 0) throw Object.assign(new Error('no such directory'), { code: 'ENOENT' })
    return names.map((path) => path.slice(directory.length + 1))
  },
  supportedAlgorithms: SUPPORTED,
  foreignFormats: [jwtauthrequestFormat, gomaFormat],
})

export const loadText = (
  text: string,
  surroundings: Surroundings = {},
  name = '/etc/warder/warder.yaml',
): Promise<Result<LoadedConfig, ConfigFailure>> => loadConfigText(text, name, loadDeps(surroundings))

/** The loaded configuration, or a test failure that shows what is wrong with it. */
export async function loadGood(
  text: string,
  surroundings: Surroundings = {},
  name?: string,
): Promise<LoadedConfig> {
  const loaded = await loadText(text, surroundings, name)
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error.diagnostics, loaded.error.source))
  return loaded.value
}

/** The diagnostics of a configuration that must not load. */
export async function loadBad(
  text: string,
  surroundings: Surroundings = {},
  name?: string,
): Promise<ConfigFailure> {
  const loaded = await loadText(text, surroundings, name)
  if (loaded.ok) throw new Error('this configuration was expected to be refused')
  return loaded.error
}

/** A sound issuer, to be followed by what is tested. */
export const ISSUER = `version: 1
issuers:
  - name: main
    issuer: https://idp.example.com/realms/main
    audience: api://orders
`
