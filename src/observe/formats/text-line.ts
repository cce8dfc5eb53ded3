/** A line for people who read it on a terminal. */
import { styleText } from 'node:util'
import { printable } from '../../printable.ts'
import { flatFields, type FlatField, type FormatLine, type LineLevel } from './line.ts'

/** Of a decision or an exchange, what people look for first. All other fields follow in their own order. */
const FIRST: readonly string[] = ['status', 'client', 'method', 'host', 'path', 'detail', 'route', 'policy']

/** The message says these. */
const SAID = new Set(['event', 'outcome', 'reason', 'fault'])

const COLOURS = { info: ['green'], warn: ['bold', 'yellow'], error: ['bold', 'red'] } as const

/** What can be taken for nothing else than the value. */
const BARE = /^[^\s"=\\]+$/u

/**
 * A formatter: `2026-11-29T10:00:00.000Z INFO  denied: token_missing  status=401 method=GET …`.
 *
 * A value from outside is quoted if it has a space, a quote, `=` or a backslash, so it never looks like another field.
 */
export function createTextLine(isColoured: boolean): FormatLine {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    isColoured ? styleText(format, text, { validateStream: false }) : text
  const levels = Object.fromEntries(
    (['info', 'warn', 'error'] as const).map((level) => [
      level,
      paint([...COLOURS[level]], level.toUpperCase().padEnd(5)),
    ]),
  ) as Readonly<Record<LineLevel, string>>
  return (level, time, fields, message) => {
    let line = `${paint('dim', time)} ${levels[level]} ${paint('bold', printable(message))}`
    let gap = '  '
    for (const [name, value] of inOrder(flatFields(fields))) {
      line += `${gap}${paint('dim', `${name}=`)}${textValue(value)}`
      gap = ' '
    }
    return `${line}\n`
  }
}

function inOrder(fields: readonly FlatField[]): readonly FlatField[] {
  const shown = fields.filter(([name]) => !SAID.has(name))
  const first = FIRST.flatMap((wanted) => shown.filter(([name]) => name === wanted))
  return [...first, ...shown.filter(([name]) => !FIRST.includes(name))]
}

/** Line feeds become `\n` in the quotes, and every other hidden character U+FFFD. */
const textValue = (text: string): string =>
  BARE.test(text) ? printable(text) : printable(JSON.stringify(text))
