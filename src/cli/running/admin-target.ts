/** Which running Warder a command asks, and what it shows there. */
import { reachableAddress } from '../../settings/values/listen-address.ts'
import type { Settings } from '../../settings/definition.ts'
import { parseUrl } from '../../syntax/parse-url.ts'
import type { Cli } from '../cli.ts'
import type { ExitCode } from '../exit-codes.ts'
import { warn } from '../report-fault.ts'
import { usageError } from '../usage-error.ts'
import { DEFAULT_SERVER, type AdminOptions } from './admin-flags.ts'
import { readAccess, type ListenerAccess } from './listener-access.ts'

export interface AdminTarget {
  readonly url: URL
  /** Path of the socket, for a unix socket. */
  readonly unix: string | undefined
  /** As messages name it: `http://127.0.0.1:9181`, `unix:/run/warder.sock`. */
  readonly where: string
  /** The flag by which another one is named. */
  readonly flag: string
  readonly access: ListenerAccess
}

/**
 * Runs `use` with the admin listener that was named: by `--server`, else by WARDER_SERVER, else by the configuration
 * of `-c`, else the default. An invalid configuration is reported, and the exit code is 3.
 *
 * @throws WarderError ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, ERR_CLI_TOKEN_ABSENT
 */
export async function withAdmin(
  cli: Cli,
  options: AdminOptions,
  use: (target: AdminTarget) => Promise<ExitCode>,
): Promise<ExitCode> {
  const access = readAccess(cli, options)
  const run = (target: AdminTarget): Promise<ExitCode> => {
    warnOfClearText(cli, target)
    return use(target)
  }
  if (options.server !== undefined) return run(parseAdminTarget('--server', options.server, access))
  const named = cli.env['WARDER_SERVER'] || undefined
  if (named !== undefined) return run(parseAdminTarget('WARDER_SERVER', named, access))
  if (options.config === undefined) return run(parseAdminTarget('--server', DEFAULT_SERVER, access))
  const { withConfig } = await import('../open-instance.ts')
  return withConfig(cli, options.config, ({ config }) =>
    run(parseAdminTarget('--server', adminUrlOf(config.settings), access)),
  )
}

/**
 * The admin listener of a configuration, as `--server` names it.
 *
 * @param flag How another one is named.
 * @throws WarderError ERR_CLI_USAGE
 */
export function adminUrlOf(settings: Pick<Settings, 'listen' | 'admin'>, flag = '--server'): string {
  const { admin } = settings.listen
  if (admin === null)
    throw usageError(
      'the admin listener is off in this configuration',
      `name a listener that is on: ${flag} URL`,
    )
  const address = reachableAddress(admin)
  if (admin.kind === 'unix') return address
  return `${settings.admin.tls === undefined ? 'http' : 'https'}://${address}`
}

/**
 * @param named How the target was named, for errors.
 * @param text `http://HOST:PORT`, `https://HOST:PORT` or `unix:PATH`.
 * @throws WarderError ERR_CLI_USAGE
 */
export function parseAdminTarget(named: string, text: string, access: ListenerAccess): AdminTarget {
  const flag = named.startsWith('--') ? named : '--server'
  if (text.startsWith('unix:') && text.length > 'unix:'.length) {
    const unix = text.slice('unix:'.length)
    return { url: new URL('http://localhost'), unix, where: `unix:${unix}`, flag, access }
  }
  const url = parseUrl(text)
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  const forms = `write ${flag} ${DEFAULT_SERVER}, or ${flag} unix:/path/to/socket`
  if (url === null || !isHttp) throw usageError(`${named}: not an http:// or https:// URL`, forms)
  if (url.username !== '' || url.password !== '')
    throw usageError(
      `${named}: the admin listener takes no user and password`,
      'leave them out; its token is read from a file: --admin-token-file FILE',
    )
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw usageError(`${named}: more than a scheme, a host and a port`, forms)
  return { url, unix: undefined, where: url.origin, flag, access }
}

const LOOPBACK = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function warnOfClearText(cli: Cli, { url, unix, access, where }: AdminTarget): void {
  const isOpen = unix === undefined && url.protocol === 'http:' && !LOOPBACK.test(url.hostname)
  if (isOpen && access.token !== undefined)
    warn(cli, `the admin token goes to ${where} unencrypted; set \`admin.tls\`, and write https://`)
}
