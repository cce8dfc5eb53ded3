import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadConfigPartly, type PartlyLoaded } from '../../../src/config/load-partly.ts'
import { loadDeps, loadGood, loadText } from '../../config/load-text.ts'
import { client as good } from '../../support/jwtauthrequest.ts'

const FILE = '/etc/warder/config.json'

async function convert(value: unknown): Promise<PartlyLoaded> {
  const text = JSON.stringify(value, null, 1)
  const loaded = await loadConfigPartly(FILE, loadDeps({ files: { [FILE]: text } }))
  if (!loaded.ok) throw new Error(loaded.error.diagnostics.map(({ message }) => message).join('\n'))
  return loaded.value
}

const client = (path: string, changes: Readonly<Record<string, unknown>> = {}) =>
  good(path, { name: path.slice(1), ...changes })
const file = (clients: unknown, top: Readonly<Record<string, unknown>> = {}) => ({
  'listen-port': '127.0.0.1:8081',
  clients,
  ...top,
})

describe('what can be converted of a refused configuration of jwtauthrequest', () => {
  /** What is wrong, the value, the codes of what is missing, the endpoints that are left. */
  const CASES: readonly (readonly [string, unknown, readonly string[], readonly string[]])[] = [
    ['nothing', file([client('/a')]), [], ['/a']],
    [
      'a key of one client',
      file([client('/a', { hmac: 1 }), client('/b')]),
      ['ERR_CONFIG_UNKNOWN_KEY'],
      ['/b'],
    ],
    [
      'the algorithms of one client',
      file([client('/a'), client('/b', { 'allowed-algo': ['none'] }), client('/c')]),
      ['ERR_CONFIG_ALGORITHM_UNKNOWN'],
      ['/a', '/c'],
    ],
    [
      'a key of one client that can be guessed',
      file([client('/a', { HMAC: 'secret' }), client('/b')]),
      ['ERR_CONFIG_SECRET_SHORT'],
      ['/b'],
    ],
    [
      'two mistakes of different layers',
      file([client('/a', { HMAC: 'secret' }), client('/b', { audience: [] }), client('/c')]),
      ['ERR_CONFIG_EMPTY_LIST', 'ERR_CONFIG_SECRET_SHORT'],
      ['/c'],
    ],
    [
      'an endpoint of two clients',
      file([client('/a'), client('/a', { issuer: 'other' }), client('/c')]),
      ['ERR_CONFIG_DUPLICATE_NAME'],
      ['/c'],
    ],
    ['the address', file([client('/a')], { 'listen-port': '8081' }), ['ERR_CONFIG_ADDRESS'], ['/a']],
    ['a key beside the clients', file([client('/a')], { audience: ['x'] }), ['ERR_CONFIG_UNKNOWN_KEY'], []],
    ['the only client', file([client('/a', { issuer: 'any' })]), ['ERR_COMPAT_ISSUER_ANY'], []],
    ['the list of clients', file({}), ['ERR_CONFIG_TYPE'], []],
    ['that there are no clients', file([]), ['ERR_CONFIG_EMPTY_LIST'], []],
  ]
  for (const [what, value, missing, endpoints] of CASES) {
    it(`is the rest: ${what}`, async () => {
      const part = await convert(value)
      expect(part.missing.map(({ code }) => code as string)).toEqual([...missing])
      expect(part.missing.every(({ position }) => position?.file === FILE)).toBe(true)
      const written = convertConfig(part.config, part.missing)
      const todos = [...written.matchAll(/^# TODO (\w+): .* \(config\.json:\d+\)/gm)].map(([, code]) => code)
      expect(todos).toEqual([...missing])
      const { settings } = await loadGood(written)
      expect(settings).toEqual(part.config.settings)
      expect(settings.endpoints.map(({ path }) => path)).toEqual([...endpoints])
      if (endpoints.length === 0) expect(settings.routes.map(({ access }) => access.kind)).toEqual(['deny'])
    })
  }

  it('has each warning beside the client that it is about', async () => {
    const part = await convert(file([client('/a', { HMAC: 'short' }), client('/b', { audience: undefined })]))
    const lines = convertConfig(part.config, part.missing).split('\n')
    expect(lines.filter((line) => line.includes('WARN_')).map((line) => line.trim().split(':')[0])).toEqual([
      'audience',
    ])
  })

  it('shows no shared key in its messages', async () => {
    const part = await convert(file([client('/a', { HMAC: 'hunter2' }), client('/b', { HMAC: ['hunter2'] })]))
    expect(JSON.stringify(part.missing)).not.toContain('hunter2')
    expect(convertConfig(part.config, part.missing)).not.toContain('hunter2')
  })

  it('gives every endpoint that is left exactly the settings of the file without the rest', async () => {
    const MISTAKES: readonly Readonly<Record<string, unknown>>[] = [
      { HMAC: 'short' },
      { audience: [] },
      { unknown: 1 },
      { 'allowed-algo': ['RS256'] },
      { issuer: 'any' },
      { endpoints: [] },
    ]
    const one = fc.record({
      path: fc.constantFrom('/a', '/b', '/c', '/d', '/e', '/f'),
      changes: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom({}, { audience: undefined }, { name: 'same' }) },
        { weight: 1, arbitrary: fc.constantFrom(...MISTAKES) },
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(one, { selector: ({ path }) => path, minLength: 1 }), async (all) => {
        const part = await convert(file(all.map(({ path, changes }) => client(path, changes))))
        const good = all.filter(({ changes }) => !MISTAKES.includes(changes))
        const { settings } = await loadGood(convertConfig(part.config, part.missing))
        expect(settings.endpoints.map(({ path }) => path)).toEqual(good.map(({ path }) => path))
        if (good.length === 0) return
        const without = await loadText(
          JSON.stringify(file(good.map(({ path, changes }) => client(path, changes)))),
        )
        expect(without.ok && without.value.settings).toEqual(settings)
      }),
      { numRuns: 100 },
    )
  })
})
