/** `warder reload`. */
import type { Cli } from '../cli.ts'
import { CliCommand, loadAndRun } from '../flags.ts'
import { ADMIN_FLAGS } from '../running/admin-flags.ts'

export function reloadCommand(cli: Cli): CliCommand {
  return new CliCommand('reload')
    .summary('have a running Warder load its configuration again')
    .description(
      'Asks a running Warder to read its configuration file again and to put it in force, as SIGHUP does, and waits.\n' +
        'If the new configuration is invalid, the old one stays in force, and the mistakes are printed.',
    )
    .sharedFlags(ADMIN_FLAGS)
    .option('--json', 'for programs: warder.reload/v1')
    .examples(`
  warder check warder.yaml && warder reload
  warder reload --server https://ops.example.com:9181 --admin-token-file token --ca-file ca.pem

Exit codes: 0 in force, 3 refused, 6 not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runReload))
}
