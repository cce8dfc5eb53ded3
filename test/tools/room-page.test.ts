import { describe, expect, it } from 'bun:test'
import { CORE, type Floor } from '../../tools/layer-table.ts'
import { checkRoomPage, findAbsentPaths } from '../../tools/room-page.ts'

const room = (imports: readonly string[], types: readonly string[] = []) => ({ core: true, imports, types })
const FLOORS: readonly Floor[] = [
  { keys: room(['syntax'], ['settings']) },
  { jwt: room(['keys', 'syntax']), config: room(['keys/a.ts'], CORE) },
  { cli: room(['*']) },
]
const ROWS: readonly string[] = [
  '| 2 | `cli/` | commands | all |',
  '| 1 | `jwt/` | verifies | keys |',
  '| 1 | `config/` | text → Settings | `keys/a.ts`; types of the core |',
  '| 0 | `keys/` | where keys come from | – |',
]

describe('checkRoomPage', () => {
  it('accepts the page that has every room on its floor with its imports', () => {
    expect(checkRoomPage(ROWS.join('\n'), FLOORS)).toEqual([])
  })

  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    ['a missing row', ROWS.slice(1), 'cli'],
    ['a room that is gone', [...ROWS, '| 0 | `old/` | nothing | – |'], 'old'],
    ['another floor', [...ROWS.slice(0, 3), '| 1 | `keys/` | where keys come from | – |'], 'keys'],
    ['another import', [...ROWS.slice(0, 3), '| 0 | `keys/` | where keys come from | jwt |'], 'keys'],
  ]
  for (const [name, rows, expected] of wrong) {
    it(`reports ${name}`, () => {
      const found = checkRoomPage(rows.join('\n'), FLOORS)
      expect(found).toHaveLength(1)
      expect(found[0]).toStartWith(`\`${expected}/\` has `)
    })
  }
})

describe('findAbsentPaths', () => {
  const FILES = ['src/keys/sources/static.ts', 'docs/config.md']

  it('finds files and folders by their path, in src/, and by the end of it', () => {
    const page =
      '`keys/`, `keys/sources/`, `sources/static.ts`, `static.ts`, `docs/config.md`, `X-Auth`, `a.b`'
    expect(findAbsentPaths(page, FILES)).toEqual([])
  })

  it('reports each path that leads nowhere once', () => {
    const page = '`keys/sources/pem.ts` `pem.ts` `ources/static.ts` `jwt/` `jwt/`'
    expect(findAbsentPaths(page, FILES)).toEqual([
      'keys/sources/pem.ts',
      'pem.ts',
      'ources/static.ts',
      'jwt/',
    ])
  })
})
