/** Texts of several lines in simple YAML, such as keys in PEM: `|` and `|-`. */
import { giveUp, SPACE, LINE_FEED, type Cursor } from './cursor.ts'

export const LITERAL = 0x7c

/** `|` keeps one line feed at the end, `|-` none. */
const HEADER = /\|(-?) *\n/y
const INDENT = / */y

/**
 * The text whose header stands here. Its lines are indented like the first one, which is not empty; afterwards the
 * cursor is at the end of its last line.
 *
 * @param column Of what it belongs to, further left than the text.
 */
export function readLiteral(cursor: Cursor, column: number): string {
  const header = cursor.take(HEADER) ?? giveUp()
  cursor.lineStart = cursor.at
  const indent = cursor.take(INDENT)?.[0].length ?? 0
  cursor.at = cursor.lineStart
  if (indent <= column) giveUp()
  const lines: string[] = []
  for (;;) {
    const end = cursor.text.indexOf('\n', cursor.at)
    // Without its line feed, the last line would be a special case.
    if (end === -1) {
      if (cursor.text.length > cursor.at) giveUp()
      break
    }
    const line = cursor.text.slice(cursor.at, end)
    const isEmpty = firstUnit(line) === undefined
    if (isEmpty && (line.length > indent || lines.length === 0)) giveUp()
    if (!isEmpty && !line.startsWith(' '.repeat(indent))) break
    lines.push(line.slice(indent))
    cursor.at = end + 1
  }
  // Back to the end of the line before.
  cursor.at--
  if (cursor.unit() !== LINE_FEED) giveUp()
  while (lines.at(-1) === '') lines.pop()
  return lines.join('\n') + (header[1] === '' ? '\n' : '')
}

function firstUnit(line: string): number | undefined {
  for (let i = 0; i < line.length; i++) if (line.charCodeAt(i) !== SPACE) return line.charCodeAt(i)
  return undefined
}
