/** `warder doctor`. */
import type { Cli } from '../cli.ts'
import { ACCESS_FLAGS } from '../running/admin-flags.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'

export function doctorCommand(cli: Cli): CliCommand {
  return new CliCommand('doctor')
    .summary('does the guard hold? Attacks a live site through its proxy')
    .description(
      'Sends what an attacker would, through the proxy of the site, and reports what got in and which line to change.\n' +
        'With the token it sends only requests without a body; `warder echo` behind the proxy makes every probe exact.',
    )
    .argument('<url>', 'a guarded URL of the site')
    .option(...CONFIG_FLAG)
    .option('--token-file <file>', 'a token that the URL accepts')
    .option('--path <path>', 'path and query to ask for (default: those of the URL)')
    .option('--connect <address>', 'connect to host:port instead of the host of the URL')
    .option('--ca <file>', 'certificate authority of the site, in PEM form, besides those of the system')
    .option('--proxy <name>', 'whose lines to print, if its answers do not reveal it')
    .option(
      '--server <url>',
      "admin listener of the Warder that the proxy asks, for the client's address in its log",
    )
    .sharedFlags(ACCESS_FLAGS)
    .option('--timeout <duration>', 'longest wait for each answer', '5s')
    .option('--json', 'for programs: warder.doctor/v1')
    .examples(`
  warder doctor https://api.example.com/orders/42 --token-file token.jwt
  warder doctor http://api.example.com/orders/42 --connect 127.0.0.1:8080 -c warder.yaml
  warder echo                    in place of the application, for a test of the proxy's configuration

Exit codes: 0 everything passed, 5 something got in, 6 the site cannot be reached, 10 nothing got in, but something is unknown.`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runDoctor))
}
