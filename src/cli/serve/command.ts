/** `warder serve`: the decision service. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'

export function serveCommand(cli: Cli): CliCommand {
  return new CliCommand('serve')
    .summary('answer the proxies')
    .description(
      'Runs the decision service with a configuration file, until SIGTERM. SIGHUP or a changed file reloads it.',
    )
    .option(...CONFIG_FLAG)
    .option('--no-watch', 'reload on SIGHUP only, not when a file changes')
    .option('--json', 'for programs: an error that prevents the start, as warder.check/v1 or warder.error/v1')
    .examples(`
  warder serve -c warder.yaml
  warder serve -c config.json      # a jwtauthrequest configuration, unchanged
  kill -HUP <pid>                  # reload; a bad file keeps the old configuration`)
    .action(loadAndRun(cli, async () => (await import('./start.ts')).startServe))
}
