/**
 * Text from outside, made safe for a log, a terminal and an error body. A terminal obeys control characters (CSI is
 * also U+009B), and direction overrides and invisible characters make text look different from its content.
 */

/**
 * Hidden characters: C0 and C1 controls, format characters (bidi, zero width, BOM, tags), line and
 * paragraph separators, lone surrogates, and everything that Unicode allows programs to ignore. A tab is harmless.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu
const HARMLESS: ReadonlySet<string> = new Set(['\t'])
/** Warder's own output has colours and lines. */
const OUR_OWN: ReadonlySet<string> = new Set(['\t', '\n', '\u001b'])

/** Most text needs no change. */
const PLAIN = /^[\x20-\x7e]*$/
const PLAIN_LINES = /^[\x20-\x7e\n]*$/

/** Each hidden character becomes U+FFFD, unit by unit of UTF-16, so that columns stay true. */
export const printable = (text: string): string => replaceHidden(text, HARMLESS)

/** The same for Warder's whole output, with its lines and colours. */
export const printableOutput = (text: string): string => replaceHidden(text, OUR_OWN)

/** The same JSON with every hidden character as `\uXXXX`; line feeds between its values stay. */
export function printableJson(json: string): string {
  if (PLAIN_LINES.test(json)) return json
  return json.replaceAll(HIDDEN, (hidden) => (hidden === '\n' ? hidden : unitsOf(hidden, escapeUnit)))
}

function replaceHidden(text: string, kept: ReadonlySet<string>): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll(HIDDEN, (hidden) => (kept.has(hidden) ? hidden : unitsOf(hidden, () => '\ufffd')))
}

function unitsOf(text: string, write: (unit: number) => string): string {
  let written = ''
  for (let i = 0; i < text.length; i++) written += write(text.charCodeAt(i))
  return written
}

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`

/** A value for a message: `text` in quotes, printable, cut after 60 characters. */
export function quoted(text: string): string {
  const safe = printable(text)
  return `"${safe.length > 60 ? `${safe.slice(0, 60)}…` : safe}"`
}

/** What is shown in place of a secret: says nothing of its length. */
export const MASK = '********'
