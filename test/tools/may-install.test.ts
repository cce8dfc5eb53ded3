import { describe, expect, it } from 'bun:test'
import { mayInstall, type Surroundings } from '../../tools/may-install.ts'

describe('`npm test` installs programs', () => {
  const cases: readonly (readonly [string, Partial<Surroundings>, 'yes' | 'no' | 'ask'])[] = [
    ['where nobody can be asked', {}, 'yes'],
    ['after asking at a terminal', { isTerminal: true }, 'ask'],
    ['in CI, which has nobody to ask', { isTerminal: true, env: { CI: 'true' } }, 'yes'],
    ['with the flag', { isTerminal: true, args: ['--install'] }, 'yes'],
    ['not with the flag against it', { args: ['test/jwt', '--no-install'], env: { CI: 'true' } }, 'no'],
    ['with the variable', { isTerminal: true, env: { WARDER_TEST_INSTALL: 'yes' } }, 'yes'],
    ['not with the variable against it', { env: { WARDER_TEST_INSTALL: 'no' } }, 'no'],
    ['by the flag before the variable', { args: ['--install'], env: { WARDER_TEST_INSTALL: 'no' } }, 'yes'],
    ['as if nothing was said with another value', { env: { WARDER_TEST_INSTALL: 'maybe' } }, 'yes'],
  ]
  for (const [name, given, expected] of cases)
    it(`${name}: ${expected}`, () =>
      expect(mayInstall({ args: [], env: {}, isTerminal: false, ...given })).toBe(expected))
})
