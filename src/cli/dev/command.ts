/** `warder dev`: everything on nothing, for a first look. */
import type { Cli } from '../cli.ts'
import { CliCommand, loadAndRun } from '../flags.ts'

export function devCommand(cli: Cli): CliCommand {
  return new CliCommand('dev')
    .summary('try it: a throw-away issuer, an example configuration, three requests to paste')
    .description(
      'Runs the decision service with a built-in issuer on loopback. Its tokens are worthless elsewhere.',
    )
    .option('--decisions <address>', 'address of the decision listener', '127.0.0.1:9180')
    .option('--admin <address>', 'address of the admin listener', '127.0.0.1:9181')
    .option('--print-config', 'print the example configuration and exit')
    .examples('\n  warder dev\n  warder dev --print-config > warder.yaml')
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runDev))
}
