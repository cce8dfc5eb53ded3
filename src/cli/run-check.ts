/** `warder check`: everything that is wrong or unwise, at once. */
import type { Instance } from '../app/build-instance.ts'
import { diagnosticsToJson, formatDiagnostics } from '../config/format-diagnostics.ts'
import { writeJson, type Cli } from './cli.ts'
import type { CheckOptions } from './commands/check.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { withConfig } from './open-instance.ts'
import { usageError } from './usage-error.ts'

export async function runCheck(cli: Cli, file: string | undefined, options: CheckOptions): Promise<ExitCode> {
  if (file !== undefined && options.config !== undefined)
    throw usageError('FILE and --config exclude each other', 'leave one of them out')
  return withConfig(cli, file ?? options.config, (instance) => report(cli, instance, options))
}

function report(cli: Cli, { config, warnings }: Instance, { strict, json }: CheckOptions): ExitCode {
  const isOk = strict !== true || warnings.length === 0
  cli.stderr.write(formatDiagnostics(warnings, config.source, { colour: cli.colour.stderr }))
  const { issuers, policies, routes } = config.settings
  const counts = { issuers: issuers.length, policies: policies.length, routes: routes.length }
  const { digest, format } = config
  if (json === true) {
    const diagnostics = diagnosticsToJson(warnings)
    writeJson(cli, 'warder.check/v1', {
      ok: isOk,
      file: config.source.file,
      format,
      digest,
      counts,
      diagnostics,
    })
  } else if (isOk) {
    const parts = [
      count(counts.issuers, 'issuer', 'issuers'),
      count(counts.policies, 'policy', 'policies'),
      count(counts.routes, 'route', 'routes'),
    ]
    cli.stdout.write(`ok: ${parts.join(', ')} (${digest})\n`)
  }
  return isOk ? EXIT.ok : EXIT.configInvalid
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
