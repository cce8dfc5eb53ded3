/** What a line of the log consists of, whatever its format. */

export type LineLevel = 'info' | 'warn' | 'error'

/** What a line has, besides its level, its time and its message. Undefined values are left out. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Writes a line, with its line feed, and with no other one: programs and the relay between processes count on it.
 *
 * @param time ISO 8601, UTC.
 */
export type FormatLine = (level: LineLevel, time: string, fields: LogFields, message: string) => string

/** A field whose value is text: a list or a map is not one, so that logfmt, which has neither, can hold it. */
export type FlatField = readonly [name: string, value: string]

/**
 * The fields as texts, in their order: a list is its items with commas between them, and a map is one field for each
 * member, `counts.token_missing`. Anything deeper is JSON.
 */
export function flatFields(fields: LogFields): readonly FlatField[] {
  const flat: FlatField[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (typeof value !== 'object' || value === null) flat.push([name, textOf(value)])
    else if (Array.isArray(value)) flat.push([name, value.map(textOf).join(',')])
    else
      for (const [key, one] of Object.entries(value))
        if (one !== undefined) flat.push([`${name}.${key.replaceAll(UNFIT_IN_NAME, '_')}`, textOf(one)])
  }
  return flat
}

/** Counts of unreadable requests are named by a text. */
const UNFIT_IN_NAME = /[^A-Za-z0-9_.-]/g

/** Fields are what JSON can say, so there is always a text. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
