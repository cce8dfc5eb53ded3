import { describe, expect, it } from 'bun:test'
import type { RemoteKeySettings } from '../../src/settings/keys/key-source.ts'
import { describeBroken, issuer } from './broken-cases.ts'
import { loadGood } from './load-text.ts'
import { writeSettings } from '../../src/settings/definition.ts'

const keys = (text: string): string => issuer(`keys: { ${text} }`)
const THUMBPRINT = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'

async function remoteOf(text: string): Promise<RemoteKeySettings> {
  const { settings } = await loadGood(text)
  const found = settings.issuers[0]?.keys
  if (found?.kind !== 'discovery') throw new Error('not discovery')
  return found
}

describe('the bounds of refreshes', () => {
  const table: readonly (readonly [string, number, number, number])[] = [
    ['timeout: 5s', 60, 600, 3_600],
    ['refresh: 10s', 10, 10, 3_600],
    ['refresh: 2h', 60, 7_200, 7_200],
    ['min_refresh: 20m', 1_200, 1_200, 3_600],
    ['max_refresh: 5m', 60, 300, 300],
    ['max_refresh: 30s', 30, 30, 30],
    ['min_refresh: 2m, refresh: 3m, max_refresh: 4m', 120, 180, 240],
  ]
  for (const [text, least, usual, most] of table) {
    it(`make room for each other: ${text}`, async () => {
      const { minRefreshMs, refreshMs, maxRefreshMs } = await remoteOf(keys(text))
      expect([minRefreshMs, refreshMs, maxRefreshMs]).toEqual([least * 1_000, usual * 1_000, most * 1_000])
    })
  }
})

describe('startup: snapshot', () => {
  const snapshotOf = async (text: string) => (await remoteOf(text)).snapshot

  it('keeps the keys in state_dir, under the name of the issuer', async () => {
    const text = `${keys('startup: snapshot')}state_dir: state\n`
    const file = '/etc/warder/state/idp.example.com.keys.json'
    expect(await snapshotOf(text)).toEqual({ file, issuer: 'https://idp.example.com' })
  })

  it('keeps them in the file that is named', async () => {
    const text = keys('startup: snapshot, snapshot_file: /run/keys.json')
    expect(await snapshotOf(text)).toMatchObject({ file: '/run/keys.json' })
  })

  it('is no other startup', async () => {
    expect(await snapshotOf(`${keys('startup: wait')}state_dir: state\n`)).toBeUndefined()
  })

  it('is written back with its file, and is the same settings then', async () => {
    const loaded = await loadGood(
      `${keys(`startup: snapshot, pin: ${THUMBPRINT}, max_stale: 2h`)}state_dir: state\n`,
    )
    const value = writeSettings(loaded.settings, { secrets: 'plain', defaults: 'omitted' })
    expect((await loadGood(JSON.stringify(value))).settings).toEqual(loaded.settings)
  })
})

describeBroken('settings of refreshes', [
  [
    'one file for two issuers',
    `version: 1
issuers:
  - { name: a, issuer: https://a.example, audience: x, keys: { startup: snapshot, snapshot_file: one } }
  - { name: b, issuer: https://b.example, audience: x, keys: { startup: snapshot, snapshot_file: one } }
`,
    'ERR_CONFIG_DUPLICATE_NAME',
    '4:98',
    'state_dir',
  ],
  ['bounds that cross', keys('min_refresh: 2h, max_refresh: 1h'), 'ERR_CONFIG_RANGE', '5:26', 'max_refresh'],
  [
    'a refresh below its bounds',
    keys('refresh: 1m, min_refresh: 2m'),
    'ERR_CONFIG_RANGE',
    '5:22',
    'min_refresh',
  ],
  [
    'a refresh above its bounds',
    keys('refresh: 2h, max_refresh: 1h'),
    'ERR_CONFIG_RANGE',
    '5:22',
    'max_refresh',
  ],
  ['too short a max_stale', keys('max_stale: 1s'), 'ERR_CONFIG_RANGE', '5:24', '60s'],
  ['no place for a snapshot', keys('startup: snapshot'), 'ERR_CONFIG_MISSING_KEY', '5:22', 'state_dir'],
  ['a file that is not used', keys('snapshot_file: a'), 'ERR_CONFIG_USELESS_KEY', '5:13', 'startup'],
  ['an unknown startup', keys('startup: hope'), 'ERR_CONFIG_VALUE', '5:22', 'snapshot'],
  ['a pin that is no thumbprint', keys('pin: [abc]'), 'ERR_CONFIG_VALUE', '5:19', 'thumbprint'],
  [
    'a pin with odd last bits',
    keys(`pin: ${THUMBPRINT.slice(0, 42)}t`),
    'ERR_CONFIG_VALUE',
    '5:18',
    'thumbprint',
  ],
  [
    'a pin beside a file',
    keys(`jwks_file: a.json, pin: ${THUMBPRINT}`),
    'ERR_CONFIG_USELESS_KEY',
    '5:32',
    'jwks_file',
  ],
])
