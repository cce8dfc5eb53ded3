import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockProblems } from '../../tools/check-lock.ts'

const INTEGRITY = `sha512-${'A'.repeat(86)}==`
const lock = (entry: object): string =>
  JSON.stringify({ packages: { '': { name: 'warder', version: '1.0.0' }, 'node_modules/a': entry } })

describe('the lock file', () => {
  it('pins every package, and names no registry', () =>
    expect(lockProblems(readFileSync(join(import.meta.dir, '../../package-lock.json'), 'utf8'))).toEqual([]))

  const CASES: readonly (readonly [what: string, entry: object, problems: readonly string[]])[] = [
    ['with a digest', { version: '1.0.0', integrity: INTEGRITY }, []],
    ['that is a link in this repository', { link: true, resolved: 'sub' }, []],
    ['without a digest', { version: '1.0.0' }, ['no integrity']],
    [
      'of another platform without a digest',
      { version: '1.0.0', optional: true, os: ['aix'] },
      ['no integrity'],
    ],
    ['with a weak digest', { version: '1.0.0', integrity: 'sha1-AAAA' }, ['no integrity']],
    [
      'with the address of a registry',
      { version: '1.0.0', integrity: INTEGRITY, resolved: 'https://registry.example/a.tgz' },
      ['resolved'],
    ],
  ]
  for (const [what, entry, problems] of CASES)
    it(`${problems.length === 0 ? 'may' : 'may not'} hold a package ${what}`, () =>
      expect(lockProblems(lock(entry))).toEqual(problems.map((problem) => `node_modules/a: ${problem}`)))
})
