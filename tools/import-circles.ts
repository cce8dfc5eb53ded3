/** Circles of imports between files. Types and `import()` count: a reader has to follow them as well. */
import { posix } from 'node:path'
import { maskSource } from './mask-source.ts'
import { readImports } from './read-imports.ts'

/**
 * Every group of files that import each other, each in the order of `files`. One group may hold several circles.
 *
 * @param files Text of every file, by path from the project's root.
 */
export function findCircles(files: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const targets = new Map(
    [...files].map(([file, text]) => [
      file,
      readImports(text, maskSource(text)).flatMap(({ specifier }) => {
        if (specifier === null || !specifier.startsWith('.')) return []
        const target = posix.join(posix.dirname(file), specifier)
        return files.has(target) ? [target] : []
      }),
    ]),
  )
  const reached = new Map([...targets.keys()].map((file) => [file, reachable(file, targets)]))
  const grouped = new Set<string>()
  return [...reached].flatMap(([file, own]) => {
    if (grouped.has(file) || !own.has(file)) return []
    const group = [...own].filter((other) => reached.get(other)?.has(file) === true)
    for (const member of group) grouped.add(member)
    return [[...targets.keys()].filter((member) => group.includes(member))]
  })
}

/** All files that imports lead to; the file itself only if they lead back. */
function reachable(from: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [from]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const target of targets.get(file) ?? []) {
      if (reached.has(target)) continue
      reached.add(target)
      waiting.push(target)
    }
  }
  return reached
}
