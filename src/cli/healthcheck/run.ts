/** `warder healthcheck`: what /readyz or /livez of a running Warder answers. */
import { printable } from '../../printable.ts'
import { askAdmin } from '../ask-admin.ts'
import { writeResult, type Cli } from '../cli.ts'
import { lookForConfigFile } from '../config-file.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { parseTimeout } from '../times.ts'
import { usageError } from '../usage-error.ts'

export interface HealthcheckOptions {
  readonly config?: string
  readonly url?: string
  readonly live?: true
  readonly timeout: string
}

/** The default of the configuration; a probe often has no configuration at hand. */
const DEFAULT_URL = 'http://127.0.0.1:9181'
const NO_CONFIG_HINT =
  'there is no configuration file here, so the default address was asked: name it with -c FILE'

export async function runHealthcheck(cli: Cli, options: HealthcheckOptions): Promise<ExitCode> {
  const timeoutMs = parseTimeout('--timeout', options.timeout)
  if (options.url !== undefined) return ask(cli, options.url, timeoutMs, options)
  if (lookForConfigFile(options.config, cli.env) === undefined)
    return ask(cli, DEFAULT_URL, timeoutMs, options, NO_CONFIG_HINT)
  const { withConfig } = await import('../open-instance.ts')
  const { reachableAddress } = await import('../../settings/values/listen-address.ts')
  return withConfig(cli, options.config, async ({ config }) => {
    const { admin } = config.settings.listen
    if (admin === null)
      throw usageError(
        'the admin listener is off in this configuration',
        'name a listener that is on: --url URL',
      )
    const address = reachableAddress(admin)
    return ask(cli, admin.kind === 'tcp' ? `http://${address}` : address, timeoutMs, options)
  })
}

async function ask(
  cli: Cli,
  target: string,
  timeoutMs: number,
  { live }: HealthcheckOptions,
  ...hints: readonly string[]
): Promise<ExitCode> {
  const path = live === true ? '/livez' : '/readyz?verbose'
  const { status, text } = await askAdmin('--url', target, path, timeoutMs, hints)
  const isOk = status === 200
  const lines = printable(text.replaceAll('\n', '\t'))
    .split('\t')
    .filter((line) => line !== '')
  writeResult(cli, 'warder.health/v1', { ok: isOk, status, lines }, () => `${lines.join('\n')}\n`)
  return isOk ? EXIT.ok : EXIT.unreachable
}
