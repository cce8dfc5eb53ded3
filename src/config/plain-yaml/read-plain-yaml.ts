/** The YAML that nearly every configuration is written in, read several times as fast as all of YAML. */
import { addMember, assertDepth, Cursor, giveUp, isGivenUp, SPACE, LINE_FEED } from './cursor.ts'
import { isFlow, isQuote, readFlow } from './flow.ts'
import { LITERAL, readLiteral } from './literal.ts'
import { plainValue, takeKey, takeQuoted, withoutSpaces } from './scalars.ts'

/**
 * The value of a document in simple YAML: maps, lists, texts, whole numbers and comments, whose reading no rule of
 * YAML's rarer parts can change. Undefined for anything else, mistakes included, which the full reader finds and
 * reports: a value that is returned here is the one that it would find.
 */
export function readPlainYaml(text: string): Readonly<Record<string, unknown>> | undefined {
  if (ODD_CHARACTER.test(text)) return undefined
  try {
    return readDocument(new Cursor(text))
  } catch (fault) {
    if (isGivenUp(fault)) return undefined
    throw fault
  }
}

/** Tabs, carriage returns and other control characters; what some readers take for the end of a line; byte order marks. */
// oxlint-disable-next-line no-control-regex
const ODD_CHARACTER = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/

const DASH = 0x2d
const COLON = 0x3a

function readDocument(cursor: Cursor): Readonly<Record<string, unknown>> {
  cursor.toContent()
  if (cursor.column === 0 && cursor.take(/---(?=\n)/y) !== undefined) cursor.toContent()
  if (cursor.column !== 0) giveUp()
  if (isFlow(cursor.unit())) {
    const root = readFlow(cursor, 'json', 0)
    if (cursor.take(/[ \n]*$/y) === undefined || Array.isArray(root)) giveUp()
    return root as Record<string, unknown>
  }
  const root = readMap(cursor, 0, 0)
  // What is left begins further left than the map, which is impossible at column 0.
  return cursor.isAtEnd() ? root : giveUp()
}

/** @param column Of its keys. */
function readMap(cursor: Cursor, column: number, depth: number): Record<string, unknown> {
  assertDepth(depth)
  const map: Record<string, unknown> = {}
  for (;;) {
    const key = takeKey(cursor) ?? giveUp()
    addMember(map, key, readMember(cursor, column, depth + 1))
    if (cursor.column < column) return map
    if (cursor.column > column) giveUp()
  }
}

/** @param column Of its dashes. */
function readList(cursor: Cursor, column: number, depth: number): unknown[] {
  assertDepth(depth)
  const list: unknown[] = []
  for (;;) {
    cursor.at++
    list.push(readItem(cursor, column, depth + 1))
    if (cursor.column > column) giveUp()
    // The key behind a list may stand as far left as its dashes.
    if (cursor.column < column || !isDash(cursor)) return list
  }
}

function isDash(cursor: Cursor): boolean {
  if (cursor.unit() !== DASH) return false
  const next = cursor.text.charCodeAt(cursor.at + 1)
  return next === SPACE || next === LINE_FEED
}

/** The value behind a key; the cursor is at the next content afterwards. */
function readMember(cursor: Cursor, column: number, depth: number): unknown {
  if (!cursor.skipRest()) return readInline(cursor, column, depth)
  cursor.toContent()
  if (cursor.column === column && isDash(cursor)) return readList(cursor, column, depth)
  return readBelow(cursor, column, depth)
}

/** The value behind a dash. */
function readItem(cursor: Cursor, column: number, depth: number): unknown {
  if (cursor.skipRest()) {
    cursor.toContent()
    return readBelow(cursor, column, depth)
  }
  const start = cursor.at
  const isMap = takeKey(cursor) !== undefined
  cursor.at = start
  return isMap ? readMap(cursor, start - cursor.lineStart, depth) : readInline(cursor, column, depth)
}

/** What stands in the lines below a key or a dash, further to the right; nothing is null. */
function readBelow(cursor: Cursor, column: number, depth: number): unknown {
  if (cursor.column <= column) return null
  return isDash(cursor) ? readList(cursor, cursor.column, depth) : readMap(cursor, cursor.column, depth)
}

function readInline(cursor: Cursor, column: number, depth: number): unknown {
  const value = cursor.unit() === LITERAL ? readLiteral(cursor, column) : readOnLine(cursor, depth)
  if (!cursor.skipRest()) giveUp()
  cursor.toContent()
  // It would be continued.
  if (cursor.column > column) giveUp()
  return value
}

/** Up to a comment or the end of the line. */
const PLAIN = /[^\n]*/y
/** What begins anything else than a text, and `:8080`, an address. */
const OTHER_BEGINNING = /^(?:[-?,[\]{}#&*!|>'"%@`]|:(?!\d))/

function readOnLine(cursor: Cursor, depth: number): unknown {
  const unit = cursor.unit()
  if (isFlow(unit)) return readFlow(cursor, 'one line', depth)
  if (isQuote(unit)) return takeQuoted(cursor)
  const start = cursor.at
  const line = cursor.take(PLAIN)?.[0] ?? ''
  const comment = line.indexOf(' #')
  const text = withoutSpaces(comment === -1 ? line : line.slice(0, comment))
  cursor.at = start + text.length
  const isOther =
    OTHER_BEGINNING.test(text) || text.includes(': ') || text.charCodeAt(text.length - 1) === COLON
  return isOther ? giveUp() : plainValue(text)
}
