import { describe, expect, it } from 'bun:test'
import { LISTENER } from '../../src/settings/listener/definition.ts'
import { ROUTE } from '../../src/settings/route/definition.ts'
import { TOKEN_SOURCE } from '../../src/settings/token-source/definition.ts'
import { uselessWords } from '../../src/settings/useless-words.ts'

const CASES: readonly (readonly [
  what: string,
  kind: Parameters<typeof uselessWords>[0],
  written: Record<string, unknown>,
  useless: readonly string[],
])[] = [
  ['a word beside one that it needs', TOKEN_SOURCE, { header: 'X-Token', scheme: 'Bearer' }, []],
  ['a word without the one that it needs', TOKEN_SOURCE, { cookie: 'a', scheme: 'Bearer' }, ['/at/scheme']],
  ['a word beside the second of two', LISTENER, { client_ca_file: 'a.pem', self_signed: true }, []],
  [
    'a word beside an option that is false',
    LISTENER,
    { client_ca_file: 'a.pem', self_signed: false },
    ['/at/client_ca_file'],
  ],
  [
    'two such words',
    ROUTE,
    { match: {}, strip_prefix: '/a', add_prefix: '/b' },
    ['/at/strip_prefix', '/at/add_prefix'],
  ],
]

describe('words without an effect', () => {
  for (const [what, kind, written, useless] of CASES) {
    it(`are ${useless.length} in a map with ${what}, each at its key`, () => {
      const found = uselessWords(kind, '/at', written)
      expect(found.map(({ pointer }) => pointer)).toEqual([...useless])
      expect(found.every(({ atKey, problem }) => atKey && problem.code === 'ERR_CONFIG_USELESS_KEY')).toBe(
        true,
      )
    })
  }
})
