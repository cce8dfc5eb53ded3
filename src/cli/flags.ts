/** What several commands have: flags, arguments, and the action that loads what they need. */
import { Command } from 'commander'
import type { Cli } from './cli.ts'
import type { ExitCode } from './exit-codes.ts'

/** A flag with its value, and what it means. */
export type Flag = readonly [flags: string, description: string]

/** A command whose help ends with examples. */
export class CliCommand extends Command {
  /** Adds flags that several commands share. */
  sharedFlags(flags: readonly Flag[]): this {
    for (const [flag, description] of flags) this.option(flag, description)
    return this
  }

  /** @param text Lines of two spaces and an example, and what follows them; begins with a line feed. */
  examples(text: string): this {
    return this.addHelpText('after', `\nExamples:${text}`)
  }
}

/** The action of a command; what it needs is loaded when it runs. */
export const loadAndRun =
  <Args extends readonly unknown[]>(
    cli: Cli,
    load: () => Promise<(cli: Cli, ...args: Args) => Promise<ExitCode>>,
  ) =>
  async (...args: Args): Promise<void> =>
    cli.setExitCode(await (await load())(cli, ...args))

export const CONFIG_FLAG = [
  '-c, --config <file>',
  'configuration file (default: WARDER_CONFIG, ./warder.yaml, /etc/warder/warder.yaml)',
] as const

export const AT_FLAG = [
  '--at <time>',
  'judge as of then: 2026-11-21T17:09:55Z, or seconds since 1970',
] as const

/** Collects the values of a flag that may be given several times. */
export const repeatable = (value: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  value,
]
