/** `warder config convert`: the configuration of another system as a warder.yaml. */
import { loadForConversion } from '../../app/load-instance.ts'
import { convertConfig } from '../../compat/convert.ts'
import { diagnosticsToJson, formatDiagnostics } from '../../config/format-diagnostics.ts'
import { writeResult, type Cli } from '../cli.ts'
import { findConfigFile } from '../config-file.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { reportFailure } from '../open-instance.ts'
import { usageError } from '../usage-error.ts'

/** Prints what can be converted in any case; exit code 7 when that is not all of it. */
export async function runConfigConvert(cli: Cli, file: string): Promise<ExitCode> {
  const loaded = await loadForConversion(findConfigFile(file, cli.env))
  if (!loaded.ok) return reportFailure(cli, loaded.error)
  const { config, missing } = loaded.value
  if (config.format === 'warder')
    throw usageError('this is a warder.yaml already', 'to see it with every default: warder config show')
  const text = convertConfig(config, missing)
  const found = [...missing, ...config.warnings]
  cli.stderr.write(formatDiagnostics(found, config.source, { colour: cli.colour.stderr }))
  const isComplete = missing.length === 0
  const diagnostics = diagnosticsToJson(found)
  const members = { from: config.format, complete: isComplete, text, diagnostics }
  writeResult(cli, 'warder.config-convert/v1', members, () => text)
  return isComplete ? EXIT.ok : EXIT.different
}
