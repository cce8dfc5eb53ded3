/** How lines look: the format, and whether a terminal shows colours. */
import type { Settings } from '../../settings/definition.ts'
import { ecsLine } from './ecs-line.ts'
import { jsonLine } from './json-line.ts'
import type { FormatLine } from './line.ts'
import { logfmtLine } from './logfmt-line.ts'
import { createTextLine } from './text-line.ts'

export type LogFormat = NonNullable<Settings['log']['format']>

/** Plain data: a worker gets it from the supervisor, which knows the terminal. */
export interface LineStyle {
  readonly format: LogFormat
  /** Only text has colours. */
  readonly isColoured: boolean
}

/** Total over {@link LogFormat}. */
const FORMATS: Readonly<Record<LogFormat, (isColoured: boolean) => FormatLine>> = {
  json: () => jsonLine,
  logfmt: () => logfmtLine,
  text: createTextLine,
  ecs: () => ecsLine,
}

export const lineFormatter = ({ format, isColoured }: LineStyle): FormatLine => FORMATS[format](isColoured)
