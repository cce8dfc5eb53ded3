import { describe, expect, it } from 'bun:test'
import { findSharedNames } from '../../tools/exported-names.ts'

const sharedBy = (a: string, b: string) => [
  ...findSharedNames(
    new Map([
      ['src/a.ts', a],
      ['src/b.ts', b],
    ]),
  ).keys(),
]

describe('findSharedNames', () => {
  const declarations: readonly string[] = [
    'export function readHost(text: string): string {}',
    'export async function readHost() {}',
    'export function* readHost() {}',
    'export const readHost = (text: string) => text',
    'export let readHost = 1',
    'export class readHost {}',
    'export abstract class readHost {}',
    'export interface readHost {}',
    'export type readHost = string',
    'const a = 1\nexport { a as readHost }',
    'export {\n  readHost,\n  other,\n}',
    'export type { readHost }',
  ]
  for (const text of declarations) {
    it(`finds a second name beside ${JSON.stringify(text)}`, () => {
      expect(sharedBy(text, 'export const readHost = 1')).toEqual(['readHost'])
    })
  }

  const others: readonly string[] = [
    'function readHost() {}',
    "export { readHost } from './b.ts'",
    "export type { readHost } from './b.ts'",
    '// export const readHost = 1',
    'const text = `\nexport const readHost = 1`',
    'export const readHosts = 1',
  ]
  for (const text of others) {
    it(`does not count ${JSON.stringify(text)}`, () => {
      expect(sharedBy(text, 'export const readHost = 1')).toEqual([])
    })
  }

  it('counts a type and a value of one file as one name', () => {
    expect(sharedBy('export const A = 1\nexport type A = number', '')).toEqual([])
  })
})
