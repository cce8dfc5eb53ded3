/** `warder keys …`. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'
import { ACCESS_FLAGS, ADMIN_FLAGS } from '../running/admin-flags.ts'

export function keysCommand(cli: Cli): CliCommand {
  return new CliCommand('keys')
    .summary('the keys of the issuers')
    .description('Shows the keys that tokens are verified with.')
    .addCommand(listCommand(cli))
    .addCommand(refreshCommand(cli))
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
    .sharedFlags(ACCESS_FLAGS)
    .option('--json', 'for programs: warder.keys/v1')
    .examples(`
  warder keys list -c warder.yaml
  warder keys list --server http://127.0.0.1:9181      # when was each key last used?
  warder keys list --issuer main --json | jq '.issuers[].keys[].kid'

Exit codes: 0 ok, 6 an issuer has no keys.`)
    .action(loadAndRun(cli, async () => (await import('./list.ts')).runKeysList))
}

function refreshCommand(cli: Cli): CliCommand {
  return new CliCommand('refresh')
    .summary('have a running Warder load the keys of its issuers now')
    .description(
      'Asks a running Warder to load the keys of its issuers now, such as after a rotation, and waits.\n' +
        'Keys that cannot be loaded change nothing: those in force stay in force.',
    )
    .argument('[issuer]', 'only of the issuer of this name')
    .sharedFlags(ADMIN_FLAGS)
    .option('--json', 'for programs: warder.keys-refresh/v1')
    .examples(`
  warder keys refresh
  warder keys refresh main --server http://127.0.0.1:9181

Exit codes: 0 all were loaded, 2 there is no such issuer, 6 one could not be loaded, or not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./refresh.ts')).runKeysRefresh))
}
