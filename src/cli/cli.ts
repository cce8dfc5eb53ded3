/** What every command is handed: the terminal, the environment and the clock, so that tests can hand in others. */
import { printableJson } from '../printable.ts'
import type { ExitCode } from './exit-codes.ts'

export interface TextInput {
  /** Whether nothing is piped in, so that a person would have to type. */
  readonly isTerminal: boolean
  /** All of it as text; undefined if it is longer than `maxBytes`. */
  read(maxBytes: number): Promise<string | undefined>
}

export interface TextOutput {
  readonly isTerminal: boolean
  write(text: string): void
  /** Writes, and resolves when the reader has taken it all: with false if there is no reader any more. */
  deliver(text: string): Promise<boolean>
}

/** The world of one run. */
export interface CliIo {
  readonly stdin: TextInput
  /** Data, and nothing else. */
  readonly stdout: TextOutput
  /** Messages: errors, warnings, hints. */
  readonly stderr: TextOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly nowMs: () => number
}

/** The world, and what the arguments mean for every command. */
export interface Cli extends CliIo {
  /** Whether `--json` was given: results and errors are then printed as JSON. */
  readonly json: boolean
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean }
  /** Sets the exit code of the run; it is 0 until then. */
  setExitCode(code: ExitCode): void
}

/** Writes the result of a command to stdout: with `--json` as JSON, else as text. */
export function writeResult(
  cli: Pick<Cli, 'json' | 'stdout'>,
  schema: string,
  members: Readonly<Record<string, unknown>>,
  text: () => string,
): void {
  if (cli.json) writeJson(cli, schema, members)
  else cli.stdout.write(text())
}

/** Writes one JSON document to stdout, with the name and version of its shape first. */
export function writeJson(
  cli: Pick<Cli, 'stdout'>,
  schema: string,
  members: Readonly<Record<string, unknown>>,
): void {
  cli.stdout.write(`${printableJson(JSON.stringify({ schema, ...members }, null, 2))}\n`)
}
