/** `warder config show|schema|convert`. */
import { loadForConversion } from '../../app/load-instance.ts'
import { convertConfig } from '../../compat/convert.ts'
import { diagnosticsToJson, formatDiagnostics } from '../../config/format-diagnostics.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import { configJsonSchema } from '../../config/schema.ts'
import type { SettingOrigin } from '../../config/setting-origin.ts'
import { showConfig } from '../../config/show-config.ts'
import { toConfigValue } from '../../config/to-config-value.ts'
import { writeJson, type Cli } from '../cli.ts'
import { findConfigFile } from '../config-file.ts'
import { formatOrigin, listOrigins } from './origins.ts'
import type { ConfigConvertOptions, ConfigShowOptions } from './command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { reportFailure, withConfig } from '../open-instance.ts'
import { formatTable } from '../table.ts'
import { usageError } from '../usage-error.ts'

export async function runConfigShow(cli: Cli, options: ConfigShowOptions): Promise<ExitCode> {
  return withConfig(cli, options.config, ({ config }) => {
    const { settings, digest, format, source } = config
    if (options.origin === true) return showOrigins(cli, config, options)
    if (options.json === true) {
      const value = toConfigValue(settings, { secrets: 'masked', defaults: 'shown' })
      writeJson(cli, 'warder.config/v1', { file: source.file, format, digest, config: value })
    } else cli.stdout.write(showConfig(settings))
    return EXIT.ok
  })
}

function showOrigins(cli: Cli, config: LoadedConfig, { json }: ConfigShowOptions): ExitCode {
  const rows = listOrigins(config)
  if (json === true) {
    const { source, format, digest } = config
    const settings = rows.map(({ pointer, value, origin }) => ({ pointer, value, origin: toJson(origin) }))
    writeJson(cli, 'warder.config-origin/v1', { file: source.file, format, digest, settings })
    return EXIT.ok
  }
  const table = rows.map(({ pointer, value, origin }) => [
    pointer,
    JSON.stringify(value),
    formatOrigin(origin),
  ])
  cli.stdout.write(`${formatTable([['SETTING', 'VALUE', 'FROM'], ...table]).join('\n')}\n`)
  return EXIT.ok
}

const toJson = (origin: SettingOrigin): Record<string, unknown> =>
  origin.kind === 'file' ? { kind: 'file', ...origin.position } : { ...origin }

export function runConfigSchema(cli: Cli): ExitCode {
  cli.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  return EXIT.ok
}

/** Prints what can be converted in any case; exit code 7 when that is not all of it. */
export async function runConfigConvert(
  cli: Cli,
  file: string,
  options: ConfigConvertOptions,
): Promise<ExitCode> {
  const loaded = await loadForConversion(findConfigFile(file, cli.env))
  if (!loaded.ok) return reportFailure(cli, loaded.error)
  const { config, missing } = loaded.value
  if (config.format === 'warder')
    throw usageError('this is a warder.yaml already', 'to see it with every default: warder config show')
  const text = convertConfig(config, missing)
  const found = [...missing, ...config.warnings]
  cli.stderr.write(formatDiagnostics(found, config.source, { colour: cli.colour.stderr }))
  const isComplete = missing.length === 0
  if (options.json === true) {
    const diagnostics = diagnosticsToJson(found)
    writeJson(cli, 'warder.config-convert/v1', {
      from: config.format,
      complete: isComplete,
      text,
      diagnostics,
    })
  } else cli.stdout.write(text)
  return isComplete ? EXIT.ok : EXIT.different
}
