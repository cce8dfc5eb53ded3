/** A line as one JSON object. */
import { printableJson } from '../../printable.ts'
import type { FormatLine } from './line.ts'

/** `{"level":"info","time":"2026-11-29T10:00:00.000Z","event":"decision",…,"msg":"denied: token_missing"}` */
export const jsonLine: FormatLine = (level, time, fields, message) => {
  const members = JSON.stringify(fields).slice(1, -1)
  const comma = members === '' ? '' : ','
  const json = `{"level":"${level}","time":"${time}",${members}${comma}"msg":${JSON.stringify(message)}}\n`
  // JSON escapes only C0 controls. Every field passes here, whatever the source of its text.
  return printableJson(json)
}
