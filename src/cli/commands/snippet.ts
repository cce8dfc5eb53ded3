/** `warder snippet …`. */
import { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { CONFIG_FLAG, CONFIG_HELP } from '../config-file.ts'

export interface SnippetOptions {
  readonly config?: string
  readonly decisions?: string
  readonly upstream: string
  readonly serverName: string
  readonly listen: string
  readonly cert?: string
  readonly key?: string
  readonly json?: true
}

export function snippetCommand(cli: Cli): Command {
  return new Command('snippet')
    .summary('what to write into the proxy')
    .description(
      'Prints the configuration of a proxy that asks Warder, complete, from your own configuration.',
    )
    .addCommand(nginxCommand(cli))
}

function nginxCommand(cli: Cli): Command {
  return new Command('nginx')
    .summary('a file for the http block of nginx')
    .description(
      'Prints a file to include in the http block of nginx: a guarded site in front of an application.',
    )
    .option(CONFIG_FLAG, CONFIG_HELP)
    .option('--decisions <addresses>', 'where each Warder listens, if there are several')
    .option('--upstream <url>', 'the application', 'http://127.0.0.1:8000')
    .option('--server-name <names>', 'server_name of the site', '_')
    .option('--listen <address>', 'listen of the site', '80')
    .option('--cert <path>', 'certificate of the site, in PEM form, for ssl')
    .option('--key <path>', 'its private key')
    .option('--json', 'for programs: warder.snippet/v1')
    .addHelpText(
      'after',
      `
Examples:
  warder snippet nginx -c warder.yaml > /etc/nginx/conf.d/warder.conf
  warder snippet nginx --upstream http://10.0.0.5:8000 --server-name api.example.com --listen '443 ssl' \\
    --cert /etc/ssl/api.pem --key /etc/ssl/api.key`,
    )
    .action(async (options: SnippetOptions) => {
      const { runSnippetNginx } = await import('../run-snippet-nginx.ts')
      cli.setExitCode(await runSnippetNginx(cli, options))
    })
}
