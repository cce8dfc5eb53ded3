/** Names that several files export, so that a search for one idea finds two. */
import { maskSource } from './mask-source.ts'

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(?:function\s*\*?|const|let|class|interface|type)\s+(?<name>[\w$]+)/gm
// `export { a, b as c }`, but not `from` another file, which exports the same thing again.
const LIST = /^export\s+(?:type\s+)?\{(?<names>[^}]*)\}(?!\s*from\b)/gm

/**
 * The files that export each such name, in the order of `files`; a type and a value of one file are one name.
 *
 * @param files Text of every file, by path from the project's root.
 */
export function findSharedNames(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>()
  for (const [file, text] of files) {
    for (const name of new Set(exportedNames(maskSource(text))))
      owners.set(name, [...(owners.get(name) ?? []), file])
  }
  return new Map([...owners].filter(([, places]) => places.length > 1))
}

function exportedNames(masked: string): readonly string[] {
  const declared = [...masked.matchAll(DECLARATION)].map(({ groups }) => groups?.['name'] ?? '')
  const listed = [...masked.matchAll(LIST)].flatMap(({ groups }) => (groups?.['names'] ?? '').split(','))
  return [...declared, ...listed.map((one) => one.trim().split(/\s+/).at(-1) ?? '')].filter(
    (name) => name !== '',
  )
}
