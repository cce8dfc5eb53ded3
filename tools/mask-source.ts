/** Source text with everything but code blanked out, so that simple patterns are reliable. */

// A slash after one of these starts a regular expression; after a name, number or closing bracket it divides.
const BEFORE_REGEX =
  /(?:^|[=(,;:?!&|{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|await|yield|throw))$/

/**
 * Blanks comments, regular expressions and the insides of strings and templates with spaces. Length, line
 * breaks and quotes stay, so an offset means the same place in both texts. Code inside `${}` stays.
 */
export function maskSource(text: string): string {
  const out = text.split('')
  // Open braces inside each template substitution that we are in, innermost last.
  const substitutions: number[] = []
  let at = 0
  while (at < text.length) {
    const end = endOfNonCode(text, at, out)
    if (end > at) {
      const quoted = '\'"`'.includes(text.charAt(at))
      blank(out, quoted ? at + 1 : at, quoted ? end - 1 : end)
      if (text.startsWith('${', end - 2) && text[at] === '`') substitutions.push(0)
      at = end
      continue
    }
    const depth = substitutions.at(-1)
    if (depth !== undefined && text[at] === '{') substitutions[substitutions.length - 1] = depth + 1
    if (depth !== undefined && text[at] === '}') {
      if (depth > 0) substitutions[substitutions.length - 1] = depth - 1
      else {
        substitutions.pop()
        const tail = endOfTemplate(text, at + 1)
        blank(out, at + 1, tail - 1)
        if (text.startsWith('${', tail - 2)) substitutions.push(0)
        at = tail
        continue
      }
    }
    at += 1
  }
  return out.join('')
}

/** Where the comment, string, template part or regular expression at `at` ends; `at` itself if there is none. */
function endOfNonCode(text: string, at: number, masked: readonly string[]): number {
  const char = text[at]
  if (char === "'" || char === '"') return endOfQuoted(text, at + 1, char)
  if (char === '`') return endOfTemplate(text, at + 1)
  if (char !== '/') return at
  if (text[at + 1] === '/') return indexOrEnd(text, '\n', at)
  if (text[at + 1] === '*') return Math.min(text.length, indexOrEnd(text, '*/', at + 2) + 2)
  return startsRegex(masked, at) ? endOfRegex(text, at + 1) : at
}

function endOfQuoted(text: string, from: number, quote: string): number {
  let at = from
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** After the closing backtick, or after the `${` that interrupts the template. */
function endOfTemplate(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    if (text[at] === '`') return at + 1
    if (text.startsWith('${', at)) return at + 2
    at += text[at] === '\\' ? 2 : 1
  }
  return at
}

function endOfRegex(text: string, from: number): number {
  let inClass = false
  let at = from
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true
    if (text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return at + 1
}

function startsRegex(masked: readonly string[], at: number): boolean {
  return BEFORE_REGEX.test(
    masked
      .slice(Math.max(0, at - 200), at)
      .join('')
      .trimEnd(),
  )
}

function indexOrEnd(text: string, needle: string, from: number): number {
  const at = text.indexOf(needle, from)
  return at === -1 ? text.length : at
}

function blank(out: string[], from: number, to: number): void {
  for (let at = from; at < Math.min(to, out.length); at += 1) if (out[at] !== '\n') out[at] = ' '
}
