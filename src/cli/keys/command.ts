/** `warder keys …`. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'

export function keysCommand(cli: Cli): CliCommand {
  return new CliCommand('keys')
    .summary('the keys of the issuers')
    .description('Shows the keys that tokens are verified with.')
    .addCommand(listCommand(cli))
}

function listCommand(cli: Cli): CliCommand {
  return new CliCommand('list')
    .summary('which keys are there, and which were refused?')
    .description(
      'Lists the keys in force and those refused: of a running Warder, or fetched here as the service would.',
    )
    .option(...CONFIG_FLAG)
    .option('--issuer <name>', 'of this issuer only')
    .option('--server <url>', 'ask the admin listener of a running Warder: http://HOST:PORT or unix:PATH')
    .option('--json', 'for programs: warder.keys/v1')
    .examples(`
  warder keys list -c warder.yaml
  warder keys list --server http://127.0.0.1:9181      # when was each key last used?
  warder keys list --issuer main --json | jq '.issuers[].keys[].kid'

Exit codes: 0 ok, 6 an issuer has no keys.`)
    .action(loadAndRun(cli, async () => (await import('./list.ts')).runKeysList))
}
