/** `warder healthcheck`: what /readyz or /livez of a running Warder answers. */
import { printable } from '../../printable.ts'
import { writeResult, type Cli } from '../cli.ts'
import { lookForConfigFile } from '../config-file.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { DEFAULT_SERVER, type AdminOptions } from '../running/admin-flags.ts'
import { adminUrlOf, parseAdminTarget } from '../running/admin-target.ts'
import { readAccess } from '../running/listener-access.ts'
import { sendToAdmin, type ServiceAnswer } from '../running/send.ts'
import { parseTimeout } from '../times.ts'

export interface HealthcheckOptions extends Omit<AdminOptions, 'server'> {
  readonly url?: string
  readonly live?: true
  readonly timeout: string
}

const NO_CONFIG_HINT =
  'there is no configuration file here, so the default address was asked: name it with -c FILE'

export async function runHealthcheck(cli: Cli, options: HealthcheckOptions): Promise<ExitCode> {
  const timeoutMs = parseTimeout('--timeout', options.timeout)
  if (options.url !== undefined) return ask(cli, options.url, timeoutMs, options)
  if (lookForConfigFile(options.config, cli.env) === undefined)
    return ask(cli, DEFAULT_SERVER, timeoutMs, options, NO_CONFIG_HINT)
  const { withConfig } = await import('../open-instance.ts')
  return withConfig(cli, options.config, ({ config }) =>
    ask(cli, adminUrlOf(config.settings, '--url'), timeoutMs, options),
  )
}

async function ask(
  cli: Cli,
  target: string,
  timeoutMs: number,
  options: HealthcheckOptions,
  ...hints: readonly string[]
): Promise<ExitCode> {
  const admin = parseAdminTarget('--url', target, readAccess(cli, options))
  const get = (path: string): Promise<ServiceAnswer> =>
    sendToAdmin(admin, { method: 'GET', path }, { timeoutMs, hints })
  const detailed = await get(options.live === true ? '/livez' : '/readyz?verbose')
  // The details need a right; whether the service is ready does not.
  const { status, text } = needsRight(detailed) ? await get('/readyz') : detailed
  const isOk = status === 200
  const lines = printable(text.replaceAll('\n', '\t'))
    .split('\t')
    .filter((line) => line !== '')
  writeResult(cli, 'warder.health/v1', { ok: isOk, status, lines }, () => `${lines.join('\n')}\n`)
  return isOk ? EXIT.ok : EXIT.unreachable
}

const needsRight = ({ status }: ServiceAnswer): boolean => status === 401 || status === 403
