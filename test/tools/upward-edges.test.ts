import { describe, expect, it } from 'bun:test'
import type { RoomRules } from '../../tools/layer-table.ts'
import { findUpwardEdges } from '../../tools/upward-edges.ts'

const room = (imports: readonly string[], types: readonly string[] = []): RoomRules => ({
  core: true,
  imports,
  types,
})

describe('findUpwardEdges', () => {
  it('accepts arrows that lead down, to rooms, files of rooms and leaves', () => {
    const floors = [
      { keys: room(['result.ts']) },
      { jwt: room(['keys']) },
      { cli: room(['*', 'keys/algorithms.ts'], ['jwt']) },
    ]
    expect(findUpwardEdges(floors, ['result.ts'])).toEqual([])
  })

  const refused: readonly (readonly [string, RoomRules])[] = [
    ['a room of a floor above', room(['jwt'])],
    ['a file of a floor above', room(['jwt/issuer.ts'])],
    ['types of a floor above', room([], ['jwt'])],
  ]
  for (const [name, keys] of refused) {
    it(`reports ${name}`, () => {
      expect(findUpwardEdges([{ keys }, { jwt: room([]) }], [])).toEqual(['keys → jwt'])
    })
  }

  it('reports rooms of one floor that know each other', () => {
    expect(findUpwardEdges([{ keys: room(['claims']), claims: room(['keys']) }], [])).toEqual([
      'keys → claims',
      'claims → keys',
    ])
  })
})
