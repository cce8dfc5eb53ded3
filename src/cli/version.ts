/** `warder version`, and what is running here. */
import packageJson from '../../package.json' with { type: 'json' }
import { writeResult, type Cli } from './cli.ts'
import { CliCommand } from './flags.ts'

declare const WARDER_COMMIT: string | undefined

export interface Version {
  readonly version: string
  /** Commit it was built from; undefined when the build did not say. */
  readonly commit: string | undefined
  /** `bun 1.4.5`. */
  readonly runtime: string
}

export function readVersion(): Version {
  const { bun, node } = process.versions
  return {
    version: packageJson.version,
    // Set with --define by the build; a bare run has no such global.
    commit: typeof WARDER_COMMIT === 'string' ? WARDER_COMMIT : undefined,
    runtime: bun === undefined ? `node ${node}` : `bun ${bun}`,
  }
}

export function versionCommand(cli: Cli): CliCommand {
  return new CliCommand('version')
    .summary('print the version')
    .description('Prints the version of Warder and of the runtime in it.')
    .option('--json', 'for programs: warder.version/v1')
    .examples('\n  warder version\n  warder version --json')
    .action(() => {
      const { version, commit, runtime } = readVersion()
      const text = `warder ${version}${commit === undefined ? '' : ` (${commit})`}, ${runtime}\n`
      writeResult(cli, 'warder.version/v1', { version, commit: commit ?? null, runtime }, () => text)
    })
}
