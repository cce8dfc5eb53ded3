/** What a source file imports, read from its text. */

export interface SourceImport {
  /** As written: `../keys/key-source.ts`, `node:crypto`; null for an `import()` of something computed. */
  readonly specifier: string | null
  /** 1-based. */
  readonly line: number
  /** `import type` and `export type … from`: gone before the program runs. */
  readonly typeOnly: boolean
}

// `import x from '…'`, `import '…'`, `export { x } from '…'`, with the quotes that masking leaves in place.
// It never runs on into the next statement, as it would after an `export interface`.
const STATIC =
  /^[ \t]*(?:import|export)\b(?<clause>(?:(?!\n[ \t]*(?:import|export)\b)[^'"();=])*?)(?:\bfrom\s*)?(?<quoted>'[^'\n]*'|"[^"\n]*")/gm
const DYNAMIC = /(?<![.\w$])import\s*\(\s*(?<quoted>'[^'\n]*'\s*[,)]|"[^"\n]*"\s*[,)])?/g

/**
 * @param masked The same text through `maskSource`: same offsets, nothing but code.
 */
export function readImports(text: string, masked: string): readonly SourceImport[] {
  const found: SourceImport[] = []
  for (const match of masked.matchAll(STATIC)) {
    const clause = match.groups?.['clause'] ?? ''
    // An `export` without `from` followed by a string on a later line is a declaration.
    if (/^\s*export\b/.test(match[0]) && !/\bfrom\s*['"]/.test(match[0])) continue
    found.push({
      specifier: textOf(text, match, match.groups?.['quoted'] ?? ''),
      line: lineAt(text, match.index + match[0].search(/\S/)),
      // `import type from 'x'` imports a value that is called type.
      typeOnly: /^\s*type\s+[^\s,]/.test(clause),
    })
  }
  for (const match of masked.matchAll(DYNAMIC)) {
    const quoted = match.groups?.['quoted']?.replace(/\s*[,)]$/, '')
    const specifier = quoted === undefined ? null : textOf(text, match, quoted)
    found.push({ specifier, line: lineAt(text, match.index), typeOnly: false })
  }
  return found
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

/** The quoted string, from the unmasked text. */
function textOf(text: string, match: RegExpExecArray, quoted: string): string {
  const start = match.index + match[0].lastIndexOf(quoted) + 1
  return text.slice(start, start + quoted.length - 2)
}
