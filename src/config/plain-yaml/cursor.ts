/** A place in a text of simple YAML. */

/** Thrown for everything that the simple reader does not read; one object, because it is never shown. */
const NOT_SIMPLE = new Error('not simple YAML')

/** Leaves the text to the full reader. */
export function giveUp(): never {
  throw NOT_SIMPLE
}

export const isGivenUp = (fault: unknown): boolean => fault === NOT_SIMPLE

/** Deepest nesting; the full reader refuses more than 32 levels. */
const MAX_DEPTH = 30

export class Cursor {
  readonly text: string
  /** Offset of the next character. */
  at = 0
  /** Offset of the beginning of its line. */
  lineStart = 0
  /** Column of the first character of the line, after {@link toContent}; -1 at the end of the text. */
  column = 0

  constructor(text: string) {
    this.text = text
  }

  /** The next UTF-16 unit; NaN at the end. */
  unit(): number {
    return this.text.charCodeAt(this.at)
  }

  isAtEnd(): boolean {
    return this.at === this.text.length
  }

  skipSpaces(): void {
    while (this.unit() === SPACE) this.at++
  }

  /** Whether nothing but spaces and a comment is left of the line, which is then skipped. */
  skipRest(): boolean {
    const start = this.at
    this.skipSpaces()
    const unit = this.unit()
    if (unit === LINE_FEED || this.isAtEnd()) return true
    // YAML 1.2 §6.6: a comment begins behind white space.
    const isComment =
      unit === HASH &&
      (this.at > start || this.at === this.lineStart || this.text.charCodeAt(this.at - 1) === SPACE)
    if (!isComment) return false
    const end = this.text.indexOf('\n', this.at)
    this.at = end === -1 ? this.text.length : end
    return true
  }

  /** Goes on to the next line that holds something else than a comment. */
  toContent(): void {
    while (this.skipRest()) {
      if (this.isAtEnd()) {
        this.column = -1
        return
      }
      this.lineStart = ++this.at
    }
    this.column = this.at - this.lineStart
  }

  /** The text that a sticky pattern matches here, which is then skipped. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) return undefined
    this.at += match[0].length
    return match
  }
}

export const SPACE = 0x20
export const LINE_FEED = 0x0a
const HASH = 0x23

export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) giveUp()
}

/** Adds a member to a map; two of one name are for the full reader to report. */
export function addMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__' || Object.hasOwn(map, key)) giveUp()
  map[key] = value
}
