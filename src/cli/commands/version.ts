/** `warder version`. */
import { Command } from 'commander'
import { writeJson, type Cli } from '../cli.ts'
import { readVersion } from '../version.ts'

export function versionCommand(cli: Cli): Command {
  return new Command('version')
    .summary('print the version')
    .description('Prints the version of Warder and of the runtime in it.')
    .option('--json', 'for programs: warder.version/v1')
    .addHelpText('after', '\nExamples:\n  warder version\n  warder version --json')
    .action(({ json }: { json?: true }) => {
      const { version, commit, runtime } = readVersion()
      if (json === true) writeJson(cli, 'warder.version/v1', { version, commit: commit ?? null, runtime })
      else cli.stdout.write(`warder ${version}${commit === undefined ? '' : ` (${commit})`}, ${runtime}\n`)
    })
}
