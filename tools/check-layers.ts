/** Rejects imports that the room table does not list, and globals that the core may not use. */
import { posix } from 'node:path'
import { CORE_GLOBALS, findUses, PORTABLE_GLOBALS } from './core-globals.ts'
import {
  CORE_NODE_MODULES,
  ENTRIES,
  LEAVES,
  OUTSIDE_FILES,
  PACKAGES,
  PORTABLE_ROOMS,
  ROOMS,
} from './layer-table.ts'
import { maskSource } from './mask-source.ts'
import { lineAt, readImports, type SourceImport } from './read-imports.ts'

/**
 * Checks a tree of sources against the tables of layer-table.ts.
 *
 * @param files Text of every file, by path from the project's root: `src/jwt/verify-token.ts`.
 * @returns One line per violation, `src/x/y.ts:LINE: what`, in the order of the files; empty if there is none.
 */
export function checkLayers(files: ReadonlyMap<string, string>): readonly string[] {
  const violations: string[] = []
  for (const [file, text] of files) {
    const masked = maskSource(text)
    const found = [...checkImports(file, readImports(text, masked)), ...checkGlobals(file, masked)]
    found.sort((a, b) => a.line - b.line)
    for (const { line, what } of found) violations.push(`${file}:${line}: ${what}`)
  }
  return violations
}

interface Violation {
  readonly line: number
  readonly what: string
}

/** `src/jwt/a.ts` → `jwt`; a file directly under src/ is its own name. */
const roomOf = (file: string): string => file.split('/')[1] ?? file

const isLeafOrEntry = (room: string): boolean => LEAVES.includes(room) || Object.hasOwn(ENTRIES, room)

function checkImports(file: string, imports: readonly SourceImport[]): readonly Violation[] {
  const room = roomOf(file)
  if (!Object.hasOwn(ROOMS, room) && !isLeafOrEntry(room)) {
    return [{ line: 1, what: `\`${room}\` is not in the room table` }]
  }
  return imports.flatMap((one) => {
    const what = refusalOf(file, room, one)
    return what === undefined ? [] : [{ line: one.line, what: `${describe(room)} ${what}` }]
  })
}

function refusalOf(file: string, room: string, { specifier, typeOnly }: SourceImport): string | undefined {
  if (specifier === null) return 'may not `import()` what is not a literal: it cannot be checked'
  if (specifier.startsWith('.')) {
    return refusalOfFile(room, posix.join(posix.dirname(file), specifier), typeOnly)
  }
  if (/^(?:node|bun):|^bun$/.test(specifier)) return refusalOfBuiltin(room, specifier)
  return refusalOfPackage(file, specifier)
}

function refusalOfFile(room: string, target: string, typeOnly: boolean): string | undefined {
  if (!target.startsWith('src/')) {
    if (OUTSIDE_FILES[target]?.includes(room) === true) return undefined
    return `may not import \`${target}\`, outside src/`
  }
  const to = roomOf(target)
  if (to === room || LEAVES.includes(to)) return undefined
  const { imports, types = [] } = rulesOf(room)
  if (imports.includes('*') && !Object.hasOwn(ENTRIES, to)) return undefined
  if (imports.includes(to) || imports.includes(target.slice('src/'.length))) return undefined
  if (!types.includes(to)) return `may not import \`${to}\``
  return typeOnly ? undefined : `may import only types from \`${to}\`: use \`import type\``
}

function rulesOf(room: string): { readonly imports: readonly string[]; readonly types?: readonly string[] } {
  return ROOMS[room] ?? { imports: ENTRIES[room] ?? [] }
}

function refusalOfBuiltin(room: string, specifier: string): string | undefined {
  const refused = `may not import \`${specifier}\``
  if (isCore(room)) return CORE_NODE_MODULES.includes(specifier) ? undefined : refused
  return isPortable(room) && !specifier.startsWith('node:') ? refused : undefined
}

function refusalOfPackage(file: string, specifier: string): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const places = Object.hasOwn(PACKAGES, name) ? (PACKAGES[name] ?? []) : []
  const path = file.slice('src/'.length)
  if (places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place))))
    return undefined
  return places.length === 0
    ? `may not import the package \`${name}\`: it is not in the package table`
    : `may not import the package \`${name}\`: it belongs to ${places.map((place) => `\`${place}\``).join(', ')}`
}

function checkGlobals(file: string, masked: string): readonly Violation[] {
  const room = roomOf(file)
  const forbidden = isCore(room) ? CORE_GLOBALS : isPortable(room) ? PORTABLE_GLOBALS : []
  return forbidden.flatMap((global) =>
    findUses(masked, global).map((at) => ({
      line: lineAt(masked, at),
      what: `${describe(room)} may not use \`${global.name}\`: ${global.instead}`,
    })),
  )
}

// Leaves and entry points are part of the library, so the rules of the core apply to them.
const isCore = (room: string): boolean => ROOMS[room]?.core ?? isLeafOrEntry(room)

const isPortable = (room: string): boolean => isCore(room) || PORTABLE_ROOMS.includes(room)

const describe = (room: string): string => (room.endsWith('.ts') ? `\`${room}\`` : `room \`${room}\``)
