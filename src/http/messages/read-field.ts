/** A field as it was read from the text of a head, and the line that it is written as. */
import type { FieldName } from './field-names.ts'
import type { FieldLine, HeaderField } from './header-fields.ts'

const CR = 0x0d
const SPACE = 0x20

/**
 * Keeps its line, so that a head is written from a few pieces of the one that was read: with name, colon, value and line
 * end as pieces of each field, putting a head together took twice as long. The line is no property of its own: a copy
 * with another value (`{ ...field, value }`) must not keep it.
 */
export class ReadField implements HeaderField {
  readonly name: string
  readonly lower: string
  readonly value: string
  readonly #line: string | undefined

  /**
   * @param text The head.
   * @param at Where its name, its value and the end of its value are.
   */
  constructor(text: string, { name, lower }: FieldName, at: number, from: number, end: number) {
    this.name = name
    this.lower = lower
    this.value = text.slice(from, end)
    // Else there is another white space around the value, or no line end behind it.
    const isPlain =
      from === at + name.length + 2 && text.charCodeAt(from - 1) === SPACE && text.charCodeAt(end) === CR
    this.#line = isPlain ? text.slice(at, end + 2) : undefined
  }

  /** With its end. */
  get line(): string {
    return this.#line ?? madeLine(this)
  }
}

/** The line of a field, with its end. */
export const lineOf = (field: FieldLine): string =>
  field instanceof ReadField ? field.line : madeLine(field)

const madeLine = ({ name, value }: FieldLine): string => `${name}: ${value}\r\n`
