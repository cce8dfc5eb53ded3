/** `warder decisions …`. */
import type { Cli } from '../cli.ts'
import { CliCommand, loadAndRun } from '../flags.ts'
import { ADMIN_FLAGS } from '../running/admin-flags.ts'

export function decisionsCommand(cli: Cli): CliCommand {
  return new CliCommand('decisions')
    .summary('what is a running Warder deciding?')
    .description(
      'Shows the last decisions of a running Warder. It keeps a number of them: `admin.recent_decisions`.',
    )
    .addCommand(tailCommand(cli))
    .addCommand(getCommand(cli))
}

function tailCommand(cli: Cli): CliCommand {
  return new CliCommand('tail')
    .summary('the last decisions, and those to come')
    .description(
      'Prints the last decisions, oldest first, then each new one, until it is stopped (Ctrl-C).\n' +
        'The filters are combined: a decision must match all of them.',
    )
    .option('--outcome <outcome>', 'allow or deny')
    .option('--reason <reason>', 'with this reason: audience_mismatch')
    .option('--route <name>', 'of this route')
    .option('--policy <name>', 'judged by this policy')
    .option('--issuer <name>', 'about a token of this issuer')
    .option('--caller <name>', 'asked for in this dialect: nginx, forward, envoy, gateway …')
    .option('--client <address>', 'of a client at this address, or in this network: 203.0.113.0/24')
    .option('--limit <count>', 'how many of the last ones are printed first, up to 1000', '10')
    .option('--no-follow', 'end after those')
    .sharedFlags(ADMIN_FLAGS)
    .option('--json', 'for programs: a warder.decision-record/v1 on each line')
    .examples(`
  warder decisions tail --outcome deny
  warder decisions tail --reason audience_mismatch --client 203.0.113.0/24
  warder decisions tail --no-follow --limit 1000 --json | jq -r .reason | sort | uniq -c

Exit codes: 0 stopped, 6 not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./tail.ts')).runDecisionsTail))
}

function getCommand(cli: Cli): CliCommand {
  return new CliCommand('get')
    .summary('the facts of one decision')
    .description(
      'Prints what a running Warder knows about one of its last decisions; `warder explain ID` prints why.',
    )
    .argument('<id>', 'its id: the `X-Decision-Id` of the answer, the `id` of the log line')
    .sharedFlags(ADMIN_FLAGS)
    .option('--json', 'for programs: warder.decision/v1')
    .examples(`
  warder decisions get 01KF6D3V5T5N7Q3J8Y3M0W2Z4C
  warder decisions get 01KF6D3V5T5N7Q3J8Y3M0W2Z4C --json | jq .decision.path

Exit codes: 0 found, 2 not found, 6 not reachable.`)
    .action(loadAndRun(cli, async () => (await import('./get.ts')).runDecisionsGet))
}
