import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLAIM_OPERATORS } from '../../src/claims/claim-operators.ts'
import { OPERATORS } from '../../src/settings/claim-rule/definition.ts'
import { fromWord, toWord } from '../../src/syntax/word.ts'

const ROOT = join(import.meta.dir, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const names = Object.keys(CLAIM_OPERATORS)

describe('the operators of claim rules', () => {
  it('are called by one word in the configuration, the settings and the code', () => {
    expect(Object.keys(OPERATORS.shape).map(fromWord)).toEqual(names)
    expect(names.map(toWord).map(fromWord)).toEqual(names)
  })

  it('each have a row in docs/config.md', () => {
    const rows = [...read('docs/config.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, word]) => word)
    expect(names.map(toWord).filter((word) => !rows.includes(word))).toEqual([])
  })

  // `not_in` has no use beside its own; what explain proposes instead of other operators is a feature of its own.
  it('are written in three files each: definition, meaning, and the page that is made of the definition', () => {
    const files = [...new Bun.Glob('{src,docs}/**/*.{ts,md}').scanSync(ROOT)]
    expect(files.filter((file) => /\b(?:notIn|not_in)\b/.test(read(file))).toSorted()).toEqual([
      'docs/config.md',
      'src/claims/claim-operators.ts',
      'src/settings/claim-rule/definition.ts',
    ])
  })
})
