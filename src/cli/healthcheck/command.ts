/** `warder healthcheck`. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'
import { ACCESS_FLAGS } from '../running/admin-flags.ts'

export function healthcheckCommand(cli: Cli): CliCommand {
  return new CliCommand('healthcheck')
    .summary('is a running Warder ready?')
    .description('Asks the admin listener of a running Warder; for HEALTHCHECK and exec probes.')
    .option(
      '--url <url>',
      'its admin listener, http://HOST:PORT or unix:PATH (default: that of the configuration, else http://127.0.0.1:9181)',
    )
    .option(...CONFIG_FLAG)
    .option('--live', 'only: does the process answer?')
    .option('--timeout <duration>', 'longest wait', '3s')
    .sharedFlags(ACCESS_FLAGS)
    .option('--json', 'for programs: warder.health/v1')
    .examples(`
  warder healthcheck
  warder healthcheck --url http://127.0.0.1:9181 --live

Exit codes: 0 ready, 6 not ready or not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runHealthcheck))
}
