/** The log of a command, on its standard output. */
import { isatty } from 'node:tty'
import { writeLogAtExit } from '../app/process-end.ts'
import type { LineStyle } from '../observe/formats/line-style.ts'
import { createLogger, type StyledLogger } from '../observe/logger.ts'
import type { Settings } from '../settings/definition.ts'
import type { Cli } from './cli.ts'

export type StyleOf = (log: Settings['log']) => LineStyle

export interface CommandLog {
  readonly logger: StyledLogger
  readonly styleOf: StyleOf
  /** Takes the format from a configuration that comes into force. */
  setStyle(next: { readonly config: { readonly settings: Pick<Settings, 'log'> } }): void
}

/** A logger that holds its lines until the first configuration is there. */
export function openLog(cli: Pick<Cli, 'colour'>): CommandLog {
  const logger = createLogger(1, 'from the configuration')
  writeLogAtExit(logger)
  const styleOf = createStyleOf(cli)
  return { logger, styleOf, setStyle: ({ config }) => logger.setStyle(styleOf(config.settings.log)) }
}

/** The format that is set; else text on a terminal, and JSON for everything that reads the log. */
function createStyleOf(cli: Pick<Cli, 'colour'>): StyleOf {
  // Asked of the system: opening the stream takes 12 ms.
  const isTerminal = isatty(1)
  return ({ format }) => ({
    format: format ?? (isTerminal ? 'text' : 'json'),
    isColoured: isTerminal && cli.colour.stdout,
  })
}
