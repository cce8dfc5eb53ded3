/** `warder check`. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'

export function checkCommand(cli: Cli): CliCommand {
  return new CliCommand('check')
    .summary('is the configuration valid?')
    .description(
      'Loads and compiles a configuration as `warder serve` would. No issuer is asked, unless --online.',
    )
    .argument('[file]', 'the same as -c')
    .option(...CONFIG_FLAG)
    .option('--strict', 'warnings fail, too')
    .option('--online', 'ask every issuer: is it there, is it the one configured, are its keys usable?')
    .option('--json', 'for programs: warder.check/v1')
    .examples(`
  warder check warder.yaml
  warder check --strict config.json        # a jwtauthrequest configuration
  warder check --online                    # exit code 6 when an issuer cannot be reached
  warder check --json | jq '.diagnostics[].code'`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runCheck))
}
