/** Maps and lists of simple YAML in brackets: on one line, or a whole document of JSON. */
import { addMember, assertDepth, giveUp, LINE_FEED, SPACE, type Cursor } from './cursor.ts'
import { plainValue, takeKey, takeQuoted, withoutSpaces } from './scalars.ts'

/** Whether the brackets may go on in the next line, and then hold nothing but JSON. */
export type FlowStyle = 'one line' | 'json'

export const isFlow = (unit: number): boolean => unit === OPEN_MAP || unit === OPEN_LIST

const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const DOUBLE_QUOTE = 0x22
const SINGLE_QUOTE = 0x27

/** The map or list that opens here. */
export function readFlow(cursor: Cursor, style: FlowStyle, depth: number): unknown {
  assertDepth(depth)
  const isMap = cursor.unit() === OPEN_MAP
  const close = isMap ? CLOSE_MAP : CLOSE_LIST
  const map: Record<string, unknown> = {}
  const list: unknown[] = []
  cursor.at++
  for (;;) {
    skipSpace(cursor, style)
    if (cursor.unit() === close) break
    if (isMap) addMember(map, readFlowKey(cursor, style), readFlowValue(cursor, style, depth))
    else list.push(readFlowValue(cursor, style, depth))
    skipSpace(cursor, style)
    if (cursor.unit() === COMMA) cursor.at++
    else if (cursor.unit() !== close) giveUp()
  }
  cursor.at++
  return isMap ? map : list
}

function skipSpace(cursor: Cursor, style: FlowStyle): void {
  if (style === 'one line') return cursor.skipSpaces()
  while (cursor.unit() === SPACE || cursor.unit() === LINE_FEED) cursor.at++
}

function readFlowKey(cursor: Cursor, style: FlowStyle): string {
  if (style === 'one line') return takeKey(cursor) ?? giveUp()
  if (cursor.unit() !== DOUBLE_QUOTE) giveUp()
  const key = takeQuoted(cursor)
  if (cursor.unit() !== COLON) giveUp()
  cursor.at++
  return key
}

/** Without quotes: up to a comma, a bracket, a comment or a colon; those of URLs and scopes are part of it. */
const PLAIN = /[^\s,[\]{}:#&*!|>'"%@`?-](?:[^\n,[\]{}:#]|:(?=[^\s,[\]{}]))*/y
const JSON_WORD = /true|false|null|0|[1-9]\d{0,8}/y

function readFlowValue(cursor: Cursor, style: FlowStyle, depth: number): unknown {
  skipSpace(cursor, style)
  const unit = cursor.unit()
  if (isFlow(unit)) return readFlow(cursor, style, depth + 1)
  if (isQuote(unit)) return takeQuoted(cursor)
  const plain = cursor.take(style === 'one line' ? PLAIN : JSON_WORD)?.[0]
  return plain === undefined ? giveUp() : plainValue(withoutSpaces(plain))
}

export const isQuote = (unit: number): boolean => unit === DOUBLE_QUOTE || unit === SINGLE_QUOTE
