/** Globals that core rooms may not use: everything from outside is passed to them. */

export interface ForbiddenGlobal {
  /** Matched against masked source; `called` ones match the name and the opening bracket. */
  readonly pattern: RegExp
  readonly name: string
  readonly instead: string
}

const CLOCK = 'take `now` as an argument'

const BUN_GLOBAL: ForbiddenGlobal = {
  pattern: /(?<![.\w$])Bun\b(?!\s*:)/g,
  name: 'Bun',
  instead: 'this room also runs on Node.js',
}

/** What the oldest Node.js of `engines` lacks. */
export const PORTABLE_GLOBALS: readonly ForbiddenGlobal[] = [
  BUN_GLOBAL,
  {
    pattern: /(?<![.\w$])URL\s*\.\s*parse\b/g,
    name: 'URL.parse',
    instead: 'Node.js 20.12 does not have it; use `parseUrl` of syntax/',
  },
]

export const CORE_GLOBALS: readonly ForbiddenGlobal[] = [
  ...PORTABLE_GLOBALS,
  { pattern: /(?<![.\w$])process\s*\./g, name: 'process', instead: 'take the value as an argument' },
  {
    pattern: /(?<![.\w$])console\s*\./g,
    name: 'console',
    instead: 'return what happened, or take a callback',
  },
  { pattern: /(?<![.\w$])globalThis\b/g, name: 'globalThis', instead: 'take what you need as an argument' },
  { pattern: /(?<![.\w$])Date\s*\.\s*now\b/g, name: 'Date.now', instead: CLOCK },
  // `new Date(ms)` only converts; without an argument it reads the clock.
  { pattern: /(?<![.\w$])new\s+Date\b(?!\s*\(\s*[^\s)])/g, name: 'new Date()', instead: CLOCK },
  { pattern: /(?<![.\w$])performance\s*\./g, name: 'performance', instead: CLOCK },
  called('setTimeout', 'take a timer as an argument'),
  called('setInterval', 'take a timer as an argument'),
  called('setImmediate', 'take a timer as an argument'),
  called('fetch', 'take `fetch` in an argument object, as `io.fetch(…)`'),
]

/** Offsets of the uses of a global in masked source; members and declarations of that name are not uses. */
export function findUses(masked: string, { pattern, name }: ForbiddenGlobal): readonly number[] {
  if (isHandedIn(masked, name)) return []
  return [...masked.matchAll(pattern)].map((match) => match.index).filter((at) => !isDeclared(masked, at))
}

/** A parameter `fetch: Fetch` or `const { fetch } = …`: in that file, the name is no longer the global. */
function isHandedIn(masked: string, name: string): boolean {
  if (!/^\w+$/.test(name)) return false
  return new RegExp(`[(,]\\s*${name}\\s*:|\\bconst\\s*\\{[^}]*\\b${name}\\b[^}]*\\}\\s*=`).test(masked)
}

function called(name: string, instead: string): ForbiddenGlobal {
  return { pattern: new RegExp(`(?<![.\\w$])${name}\\s*\\(`, 'g'), name, instead }
}

/** `fetch(url: string): …` at the start of a line: a method of a type or an object, not a call. */
function isDeclared(masked: string, at: number): boolean {
  const lineStart = masked.lastIndexOf('\n', at) + 1
  if (!/^\s*(?:readonly\s+|async\s+)*$/.test(masked.slice(lineStart, at))) return false
  return /^\s*[:{]/.test(masked.slice(afterBrackets(masked, masked.indexOf('(', at))))
}

function afterBrackets(masked: string, open: number): number {
  if (open === -1) return masked.length
  let depth = 0
  for (let at = open; at < masked.length; at += 1) {
    if (masked[at] === '(') depth += 1
    if (masked[at] === ')') depth -= 1
    if (depth === 0) return at + 1
  }
  return masked.length
}
