import { describe, expect, it } from 'bun:test'
import { findCircles } from '../../tools/import-circles.ts'

const circlesOf = (files: Readonly<Record<string, string>>) => findCircles(new Map(Object.entries(files)))

describe('findCircles', () => {
  const edges: readonly (readonly [string, string])[] = [
    ['a value', "import { b } from './b.ts'"],
    ['a type', "import type { B } from './b.ts'"],
    ['a type that is exported again', "export type { B } from './b.ts'"],
    ['a type in place', "type B = import('./b.ts').B"],
    ['a file loaded later', "const { b } = await import('./b.ts')"],
  ]
  for (const [name, text] of edges) {
    it(`finds a circle through ${name}`, () => {
      const files = { 'src/a.ts': text, 'src/b.ts': "import { a } from './a.ts'" }
      expect(circlesOf(files)).toEqual([['src/a.ts', 'src/b.ts']])
    })
  }

  it('makes one group of circles that touch, and two of circles that do not', () => {
    const files = {
      'src/a.ts': "import './b.ts'",
      'src/b.ts': "import './a.ts'\nimport './deep/c.ts'",
      'src/deep/c.ts': "import '../b.ts'\nimport '../x.ts'",
      'src/x.ts': "import './y.ts'",
      'src/y.ts': "import './x.ts'",
    }
    expect(circlesOf(files)).toEqual([
      ['src/a.ts', 'src/b.ts', 'src/deep/c.ts'],
      ['src/x.ts', 'src/y.ts'],
    ])
  })

  it('reports no circle for a file that is imported twice, or that imports a circle', () => {
    const files = {
      'src/a.ts': "import './b.ts'\nimport './c.ts'",
      'src/b.ts': "import './c.ts'\nimport 'zod'\nimport './absent.ts'",
      'src/c.ts': "// import './a.ts'",
    }
    expect(circlesOf(files)).toEqual([])
  })

  it('finds a file that imports itself', () => {
    expect(circlesOf({ 'src/a.ts': "import type { A } from './a.ts'" })).toEqual([['src/a.ts']])
  })
})
