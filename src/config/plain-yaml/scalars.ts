/** Single values of simple YAML: words, numbers, quoted texts. */
import { giveUp, SPACE, type Cursor } from './cursor.ts'

/** What plain words mean in the core schema (YAML 1.2 §10.3.2); everything else is a text or a number. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

const LONGEST_WORD = 5

/** Few digits: exact, or rounded as every reader does. */
const SIMPLE_NUMBER = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/

/** What may be a number in any schema: octal and hexadecimal ones, fractions, exponents, infinity. */
const LIKE_NUMBER = /^(?:0x[\da-f]*|0o[0-7]*|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d*)?|[-+]?\.inf|\.nan)$/i

/** Without the spaces at its end; others than `U+0020` belong to the text. */
export function withoutSpaces(text: string): string {
  let end = text.length
  while (text.charCodeAt(end - 1) === SPACE) end--
  return text.slice(0, end)
}

/** The value of a text without quotes, which is not empty. */
export function plainValue(text: string): string | number | boolean | null {
  if (text.length <= LONGEST_WORD) {
    const word = WORDS.get(text)
    if (word !== undefined) return word
  }
  const first = text.charCodeAt(0)
  // Digits, `+`, `-` and `.`.
  if ((first < 0x30 || first > 0x39) && first !== 0x2b && first !== 0x2d && first !== 0x2e) return text
  if (SIMPLE_NUMBER.test(text)) return Number(text)
  return LIKE_NUMBER.test(text) ? giveUp() : text
}

/** Not more: the full reader limits keys to 1,024 characters. */
const MAX_KEY_LENGTH = 512

/** A key without quotes; of what may follow a colon, white space alone ends it. */
const KEY = /([A-Za-z_$/](?:[\w.$/-]|:(?=[\w/]))*):(?=[ \n]|$)/y
const QUOTED_KEY = /(?:"([^"\\\n]*)"|'([^'\n]*)'):(?=[ \n]|$)/y

/** The key that stands here, with its colon. Undefined for anything else. */
export function takeKey(cursor: Cursor): string | undefined {
  const plain = cursor.take(KEY)?.[1]
  // Without quotes, it may be true, false or null.
  if (plain !== undefined) return WORDS.has(plain) ? giveUp() : checkLength(plain)
  const quoted = cursor.take(QUOTED_KEY)
  return quoted === undefined ? undefined : checkLength(quoted[1] ?? quoted[2] ?? '')
}

const checkLength = (key: string): string => (key.length > MAX_KEY_LENGTH ? giveUp() : key)

/** The escapes that are read; they mean the same in JSON. */
const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  '/': '/',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Texts on one line. */
const QUOTED = /"((?:[^"\\\n]|\\["\\/nrt])*)"|'((?:[^'\n]|'')*)'/y

/** A text in quotes. */
export function takeQuoted(cursor: Cursor): string {
  const match = cursor.take(QUOTED)
  if (match === undefined) return giveUp()
  const [, double, single] = match
  if (double === undefined) return (single ?? '').replaceAll("''", "'")
  return double.includes('\\')
    ? double.replaceAll(/\\(.)/g, (_, escaped: string) => ESCAPED[escaped] ?? giveUp())
    : double
}
