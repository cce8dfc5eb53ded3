/** `warder config show`: the configuration in force, and with `--origin` where each setting comes from. */
import { listOrigins, originToJson } from '../../config/list-origins.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import type { SettingOrigin } from '../../config/setting-origin.ts'
import { showConfig } from '../../config/show-config.ts'
import { writeSettings } from '../../settings/definition.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withConfig } from '../open-instance.ts'
import { formatTable } from '../table.ts'

export interface ShowOptions {
  readonly config?: string
  readonly origin?: true
}

export async function runConfigShow(cli: Cli, options: ShowOptions): Promise<ExitCode> {
  return withConfig(cli, options.config, ({ config }) => {
    const { settings, digest, format, source } = config
    if (options.origin === true) return showOrigins(cli, config)
    const value = writeSettings(settings, { secrets: 'masked', defaults: 'shown' })
    const members = { file: source.file, format, digest, config: value }
    writeResult(cli, 'warder.config/v1', members, () => showConfig(settings))
    return EXIT.ok
  })
}

function showOrigins(cli: Cli, config: LoadedConfig): ExitCode {
  const rows = listOrigins(config)
  const { source, format, digest } = config
  const settings = rows.map(({ pointer, value, origin }) => ({
    pointer,
    value,
    origin: originToJson(origin),
  }))
  const table = rows.map((row) => [row.pointer, JSON.stringify(row.value), formatOrigin(row.origin)])
  const text = `${formatTable([['SETTING', 'VALUE', 'FROM'], ...table]).join('\n')}\n`
  writeResult(cli, 'warder.config-origin/v1', { file: source.file, format, digest, settings }, () => text)
  return EXIT.ok
}

/** `warder.yaml:4:15`, `preset entra` or `default`. */
function formatOrigin(origin: SettingOrigin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.position.file}:${origin.position.line}:${origin.position.column}`
    case 'preset':
      return `preset ${origin.preset}`
    case 'default':
      return 'default'
  }
}
