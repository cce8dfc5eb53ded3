/** The line that a diagnostic is about, with carets under what is meant, and secrets masked. */
import type { SourcePosition, SourceText } from './diagnostic.ts'
import { MASK, printable } from '../printable.ts'

/** Longest part of a line that is shown; a JSON file may be one line. */
const MAX_WIDTH = 120
/** How much of a cut line is shown before the carets. */
const CONTEXT = 40

/** The lines of a frame, without their margin. */
export interface CodeFrame {
  readonly lines: readonly { readonly number: number; readonly text: string }[]
  /** Carets, under the last line. */
  readonly carets: string
}

/** The line of the position and the one above it. Undefined when the text has no such line. */
export function codeFrame(source: SourceText, position: SourcePosition): CodeFrame | undefined {
  const start = offsetOfLine(source.text, position.line)
  if (start === undefined) return undefined
  const line = maskLine(source, start)
  // Carets follow the text to where masking moved it.
  const from = line.columnAt(position.column - 1)
  const to = Math.max(line.columnAt(position.column - 1 + position.length), from + 1)
  const cut = from > MAX_WIDTH - CONTEXT ? from - CONTEXT : 0
  const above =
    position.line > 1 ? maskLine(source, offsetOfLine(source.text, position.line - 1) ?? 0) : undefined
  const text = clip(line.text, cut)
  // Tabs stay tabs, so that the carets line up however wide a terminal shows them.
  const indent = (cut > 0 ? '…' : '') + line.text.slice(cut, from)
  const width = Math.max(1, Math.min(to - from, MAX_WIDTH - (from - cut)))
  return {
    lines: [
      ...(above === undefined || cut > 0 || above.text.trim() === ''
        ? []
        : [{ number: position.line - 1, text: clip(above.text, 0) }]),
      { number: position.line, text },
    ],
    carets: indent.replaceAll(/[^\t]/g, ' ') + '^'.repeat(width),
  }
}

const clip = (text: string, from: number): string =>
  `${from > 0 ? '…' : ''}${text.slice(from, from + MAX_WIDTH)}${text.length > from + MAX_WIDTH ? '…' : ''}`

function offsetOfLine(text: string, line: number): number | undefined {
  let offset = 0
  for (let n = 1; n < line; n++) {
    offset = text.indexOf('\n', offset) + 1
    if (offset === 0) return undefined
  }
  return offset
}

interface MaskedLine {
  readonly text: string
  /** Where a column of the original line is now. */
  columnAt(column: number): number
}

function maskLine({ text, secretRanges }: SourceText, start: number): MaskedLine {
  const lineFeed = text.indexOf('\n', start)
  const end = start + text.slice(start, lineFeed === -1 ? text.length : lineFeed).trimEnd().length
  const hidden = secretRanges
    .filter(([from, to]) => from < end && to > start)
    .map(([from, to]) => [Math.max(from, start), Math.min(to, end)] as const)
  let shown = ''
  let offset = start
  for (const [from, to] of hidden) {
    shown += printable(text.slice(offset, from)) + MASK
    offset = to
  }
  return {
    text: shown + printable(text.slice(offset, end)),
    columnAt(column) {
      let moved = column
      for (const [from, to] of hidden) {
        if (start + column >= to) moved += MASK.length - (to - from)
        else if (start + column > from) moved += from - start - column
      }
      return moved
    },
  }
}
