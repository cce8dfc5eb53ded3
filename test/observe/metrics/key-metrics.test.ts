import { describe, expect, it } from 'bun:test'
import type { KeySourceStatus } from '../../../src/keys/key-source.ts'
import { KeyMetrics, type SourceState } from '../../../src/observe/metrics/key-metrics.ts'
import type { VerificationKey } from '../../../src/keys/verification-key.ts'

const NOW_MS = 1_000_000
const KEY = {} as VerificationKey

const STATUS: KeySourceStatus = {
  description: 'jwks_url https://idp.example.com/keys',
  state: 'fresh',
  keys: [KEY, KEY],
  ignored: [
    { kid: 'a', why: 'for encryption' },
    { kid: 'b', why: 'weak', isUntrusted: true },
  ],
  loadedAtMs: NOW_MS - 60_000,
  lastError: undefined,
  history: [],
  loading: {
    origin: 'network',
    failures: 0,
    lastErrorAtMs: undefined,
    nextLoadAtMs: NOW_MS + 30_000,
    usableUntilMs: undefined,
  },
}

const state = (change: Partial<KeySourceStatus>, issuer = 'main'): SourceState => ({
  issuer,
  status: { ...STATUS, ...change },
})

function read(states: readonly SourceState[], metrics = new KeyMetrics(() => NOW_MS)) {
  const values: Record<string, number> = {}
  metrics.reader(() => states)((name, labels, value) => {
    const series = `${name.replace('warder_', '')} ${labels.join(' ')}`
    expect(values[series]).toBeUndefined()
    values[series] = value
  })
  return values
}

const SOURCE = `main ${STATUS.description}`

describe('the metrics of keys', () => {
  it('show the state of a source', () => {
    expect(read([state({})])).toEqual({
      [`keys_usable ${SOURCE}`]: 2,
      [`keys_refused ${SOURCE}`]: 1,
      [`keys_loaded_timestamp_seconds ${SOURCE}`]: 940,
      [`keys_stale_seconds ${SOURCE}`]: 0,
      [`keys_next_refresh_timestamp_seconds ${SOURCE}`]: 1_030,
      [`key_fetches_total ${SOURCE} ok`]: 0,
      [`key_fetches_total ${SOURCE} failed`]: 0,
    })
  })

  for (const [name, change, stale, usable] of [
    ['stale keys', { state: 'stale' }, 60, 2],
    ['keys that are too old to be used', { state: 'expired' }, 60, 0],
    ['no keys', { state: 'empty', keys: [], loadedAtMs: undefined }, undefined, 0],
  ] as const)
    it(`show ${name}`, () => {
      const values = read([state(change)])
      expect(values[`keys_stale_seconds ${SOURCE}`]).toBe(stale as number)
      expect(values[`keys_usable ${SOURCE}`]).toBe(usable)
    })

  it('leave out loads of a source that is loaded once', () => {
    const { loading: _, ...once } = STATUS
    const values = read([{ issuer: 'main', status: { ...once, description: 'secret' } }])
    expect(Object.keys(values)).toEqual([
      'keys_usable main secret',
      'keys_refused main secret',
      'keys_loaded_timestamp_seconds main secret',
      'keys_stale_seconds main secret',
    ])
  })

  it('count loads, for each issuer that has the source', () => {
    const metrics = new KeyMetrics(() => NOW_MS)
    const source = STATUS.description
    metrics.note({ type: 'refreshed', source, usable: 2, ignored: 0 })
    metrics.note({ type: 'keys_changed', source, added: ['a'], removed: [] })
    metrics.note({ type: 'refresh_failed', source, why: 'timeout', failures: 1, kept: 2 })
    metrics.note({ type: 'refreshed', source: 'another', usable: 2, ignored: 0 })
    metrics.note({ type: 'refreshed', source, usable: 2, ignored: 0 })
    const values = read([state({}), state({}, 'second')], metrics)
    for (const issuer of ['main', 'second']) {
      expect(values[`key_fetches_total ${issuer} ${source} ok`]).toBe(2)
      expect(values[`key_fetches_total ${issuer} ${source} failed`]).toBe(1)
    }
    expect(Object.keys(values).some((series) => series.includes('another'))).toBe(false)
  })

  it('have one series for sources of an issuer with the same description', () => {
    const values = read([
      state({ description: 'secret', loadedAtMs: 5_000 }),
      state({ description: 'secret', keys: [KEY], loadedAtMs: 4_000, state: 'stale' }),
    ])
    expect(values['keys_usable main secret']).toBe(3)
    expect(values['keys_loaded_timestamp_seconds main secret']).toBe(4)
    expect(values['keys_stale_seconds main secret']).toBe(996)
  })
})
