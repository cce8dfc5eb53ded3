/** `warder check`: everything that is wrong or unwise, at once. */
import type { Instance } from '../../app/build-instance.ts'
import { systemKeyDeps } from '../../app/system.ts'
import type { Diagnostic } from '../../config/diagnostic.ts'
import { diagnosticsToJson, formatDiagnostics } from '../../config/format-diagnostics.ts'
import { formatProbes, onlineDiagnostics, probeIssuers, probeToJson, type ProbedIssuer } from './online.ts'
import { writeJson, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withConfig } from '../open-instance.ts'
import { excludeEachOther } from '../usage-error.ts'

export interface CheckOptions {
  readonly config?: string
  readonly strict?: true
  readonly online?: true
}

export async function runCheck(cli: Cli, file: string | undefined, options: CheckOptions): Promise<ExitCode> {
  if (file !== undefined && options.config !== undefined) throw excludeEachOther('FILE', '--config')
  return withConfig(cli, file ?? options.config, async (instance) => {
    if (options.online !== true) return report(cli, instance, options, undefined)
    const { issuers } = instance.config.settings
    const probed = await probeIssuers(issuers, { ...systemKeyDeps, nowMs: cli.nowMs })
    return report(cli, instance, options, probed)
  })
}

function report(
  cli: Cli,
  { config, warnings }: Instance,
  { strict }: CheckOptions,
  probed: readonly ProbedIssuer[] | undefined,
): ExitCode {
  const found = [...warnings, ...(probed ?? []).flatMap((issuer) => onlineDiagnostics(issuer, config))]
  const exitCode = exitCodeOf(found, strict === true)
  const isOk = exitCode === EXIT.ok
  cli.stderr.write(formatDiagnostics(found, config.source, { colour: cli.colour.stderr }))
  const { issuers, policies, routes } = config.settings
  const counts = { issuers: issuers.length, policies: policies.length, routes: routes.length }
  const { digest, format } = config
  if (cli.json) {
    const { file } = config.source
    const diagnostics = diagnosticsToJson(found)
    const online = probed === undefined ? {} : { online: probed.map(probeToJson) }
    writeJson(cli, 'warder.check/v1', { ok: isOk, file, format, digest, counts, ...online, diagnostics })
    return exitCode
  }
  if (probed !== undefined) cli.stdout.write(formatProbes(probed))
  if (isOk) {
    const parts = [
      count(counts.issuers, 'issuer', 'issuers'),
      count(counts.policies, 'policy', 'policies'),
      count(counts.routes, 'route', 'routes'),
    ]
    cli.stdout.write(`ok: ${parts.join(', ')} (${digest})\n`)
  }
  return exitCode
}

/** A contradiction comes first: waiting for the network will not help with it. */
function exitCodeOf(found: readonly Diagnostic[], strict: boolean): ExitCode {
  const codes = new Set(found.filter(({ severity }) => severity === 'error').map(({ code }) => code))
  if (codes.has('ERR_KEYS_ISSUER_MISMATCH') || codes.has('ERR_KEYS_NONE_USABLE')) return EXIT.configInvalid
  if (codes.size > 0) return EXIT.unreachable
  return strict && found.length > 0 ? EXIT.configInvalid : EXIT.ok
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
