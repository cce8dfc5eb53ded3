/** A line as `key=value` pairs. */
import { printableJson } from '../../printable.ts'
import { flatFields, type FormatLine } from './line.ts'

/** What every parser reads as it is. A backslash and anything outside ASCII is safer in quotes. */
const BARE = /^[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]+$/

/**
 * A value: quoted and escaped as in JSON unless it is plain, so that no value ends its pair, begins another one, or
 * contains a line feed.
 *
 * @see https://pkg.go.dev/github.com/go-logfmt/logfmt
 */
const logfmtValue = (text: string): string => (BARE.test(text) ? text : printableJson(JSON.stringify(text)))

/** `level=info time=2026-11-29T10:00:00.000Z event=decision … msg="denied: token_missing"` */
export const logfmtLine: FormatLine = (level, time, fields, message) => {
  let line = `level=${level} time=${time}`
  for (const [name, value] of flatFields(fields)) line += ` ${name}=${logfmtValue(value)}`
  return `${line} msg=${logfmtValue(message)}\n`
}
