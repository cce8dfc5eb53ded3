/** `warder snippet …`. */
import { PROXIES } from '../../callers/callers.ts'
import type { Proxy, SnippetFlags } from '../../callers/proxy.ts'
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG } from '../flags.ts'

export function snippetCommand(cli: Cli): CliCommand {
  const command = new CliCommand('snippet')
    .summary('the configuration for the proxy')
    .description(
      'Prints the configuration of a proxy that asks Warder, complete, from your own configuration.',
    )
  for (const proxy of PROXIES) command.addCommand(proxyCommand(cli, proxy))
  return command
}

function proxyCommand(cli: Cli, proxy: Proxy): CliCommand {
  const { summary, description, flags, examples } = proxy.snippet
  const command = new CliCommand(proxy.name)
    .summary(summary)
    .description(description)
    .option(...CONFIG_FLAG)
    .option('--decisions <addresses>', 'where each Warder listens, if there are several')
  for (const { usage, help, value } of flags) command.option(usage, help, value)
  return command
    .option('--json', 'for programs: warder.snippet/v1')
    .examples(`\n${examples}`)
    .action(async (options: SnippetFlags) => {
      const { runSnippet } = await import('./run.ts')
      cli.setExitCode(await runSnippet(cli, proxy, options))
    })
}
