/** Holds the table of rooms in ARCHITECTURE.md to the one that is enforced. */
import { CORE, GROUND, type Floor, type RoomRules } from './layer-table.ts'

/**
 * The rows that differ, each with what it should have; empty if none does.
 *
 * @param page Text of ARCHITECTURE.md: rows `| floor | room/ | its job | imports |`, the ground floor last.
 */
export function checkRoomPage(page: string, floors: readonly Floor[]): readonly string[] {
  const found = new Map(
    [...page.matchAll(/^\| (\d+) \| `([a-z]+)\/` \|.*\| (.+) \|$/gm)].map(([, floor, room = '', imports]) => [
      room,
      `floor ${floor}, imports: ${imports}`,
    ]),
  )
  const expected = new Map(
    floors.flatMap((floor, number) =>
      Object.entries(floor).map(([room, rules]) => [room, `floor ${number}, imports: ${importsText(rules)}`]),
    ),
  )
  const rooms = new Set([...expected.keys(), ...found.keys()])
  return [...rooms].flatMap((room) =>
    found.get(room) === expected.get(room)
      ? []
      : [`\`${room}/\` has "${found.get(room) ?? 'no row'}", not "${expected.get(room) ?? 'no row'}"`],
  )
}

/** Without the ground floors, which all rooms may import. */
function importsText({ imports, types = [] }: RoomRules): string {
  const all = listText(imports)
  const ofTypes = listText(types)
  if (ofTypes === '') return all === '' ? '–' : all
  return `${all === '' ? '' : `${all}; `}types of ${ofTypes}`
}

function listText(names: readonly string[]): string {
  const rest = names.filter((name) => !GROUND.some((ground) => ground === name))
  if (rest[0] === '*') return 'all'
  const hasCore = CORE.every((room) => rest.includes(room))
  const others = rest.filter((name) => !hasCore || !CORE.some((room) => room === name))
  return [
    ...(hasCore ? ['the core'] : []),
    ...others.map((name) => (name.includes('/') ? `\`${name}\`` : name)),
  ].join(', ')
}

/** Paths that the page names and nobody finds: neither as they are, nor in src/, nor at the end of a path there. */
export function findAbsentPaths(page: string, files: readonly string[]): readonly string[] {
  const named = [...page.matchAll(/`([\w./-]+)`/g)].map(([, path = '']) => path)
  const paths = named.filter((path) => path.includes('/') || path.endsWith('.ts'))
  const isThere = (path: string): boolean =>
    files.some((file) => file === path || `/${file}`.endsWith(`/${path}`) || `/${file}`.includes(`/${path}/`))
  return [...new Set(paths)].filter((path) => !isThere(path.replace(/\/$/, '')))
}
