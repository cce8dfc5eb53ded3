/** `warder status`. */
import type { Cli } from '../cli.ts'
import { CliCommand, loadAndRun } from '../flags.ts'
import { ADMIN_FLAGS } from '../running/admin-flags.ts'

export function statusCommand(cli: Cli): CliCommand {
  return new CliCommand('status')
    .summary('what is a running Warder doing?')
    .description(
      'Shows the configuration in force, the last reload, the listeners, the workers and the issuers of a running Warder.',
    )
    .sharedFlags(ADMIN_FLAGS)
    .option('--json', 'for programs: warder.status/v1')
    .examples(`
  warder status
  warder status --server https://ops.example.com:9181 --admin-token-file token --ca-file ca.pem
  warder status --json | jq -r .config.digest

Exit codes: 0 ready, 6 not ready or not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runStatus))
}
