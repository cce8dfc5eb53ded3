import { describe, expect, it } from 'bun:test'
import { createKeyTimeline } from '../../src/admin/key-timeline.ts'
import type { Issuer } from '../../src/jwt/issuer.ts'
import type { KeySourceStatus } from '../../src/keys/key-source.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'
import { scriptedSource } from '../support/key-sources.ts'

const EMPTY: KeySourceStatus = {
  description: 'jwks_url https://idp.example/jwks',
  state: 'empty',
  keys: [],
  ignored: [],
  loadedAtMs: undefined,
  lastError: undefined,
  history: [],
}

const keys = (...kids: readonly string[]): readonly VerificationKey[] =>
  kids.map((kid) => ({ kid, thumbprint: `t-${kid}` }) as unknown as VerificationKey)

const failedAt = (lastErrorAtMs: number | undefined) => ({
  origin: 'network' as const,
  failures: lastErrorAtMs === undefined ? 0 : 1,
  lastErrorAtMs,
  nextLoadAtMs: 0,
  usableUntilMs: undefined,
})

const issuer = (status: Partial<KeySourceStatus>, name = 'main'): Issuer =>
  ({
    settings: { name },
    keys: { ...scriptedSource(), status: () => ({ ...EMPTY, ...status }) },
  }) as unknown as Issuer

describe('the timeline of keys', () => {
  it('has the first load, failures, rotations and recoveries, with their times', () => {
    const timeline = createKeyTimeline()
    const states: readonly Partial<KeySourceStatus>[] = [
      {},
      { loadedAtMs: 1_000, keys: keys('a') },
      { loadedAtMs: 2_000, keys: keys('a') },
      { loadedAtMs: 2_000, keys: keys('a'), lastError: '503', loading: failedAt(3_000) },
      { loadedAtMs: 2_000, keys: keys('a'), lastError: '503', loading: failedAt(3_000) },
      { loadedAtMs: 2_000, keys: keys('a'), lastError: 'timeout', loading: failedAt(4_000) },
      { loadedAtMs: 5_000, keys: keys('a', 'b'), loading: failedAt(4_000) },
      { loadedAtMs: 6_000, keys: keys('b') },
    ]
    for (const state of states) timeline.look([issuer(state)])
    expect(timeline.issuers).toEqual([
      {
        name: 'main',
        source: EMPTY.description,
        moments: [
          { timeMs: 1_000, type: 'loaded', detail: '+a' },
          { timeMs: 3_000, type: 'failed', detail: '503' },
          { timeMs: 4_000, type: 'failed', detail: 'timeout' },
          { timeMs: 5_000, type: 'rotated', detail: '+b' },
          { timeMs: 5_000, type: 'recovered', detail: null },
          { timeMs: 6_000, type: 'rotated', detail: '-a' },
        ],
      },
    ])
  })
  it('is bounded, and forgets issuers that are gone', () => {
    const timeline = createKeyTimeline()
    for (let i = 1; i <= 500; i++)
      timeline.look([issuer({ lastError: 'x', loading: failedAt(i) }), issuer({}, 'other')])
    expect(timeline.issuers.map(({ moments }) => moments.length)).toEqual([200, 0])
    expect(timeline.issuers[0]?.moments.at(-1)?.timeMs).toBe(500)
    timeline.look([issuer({}, 'other')])
    expect(timeline.issuers.map(({ name }) => name)).toEqual(['other'])
  })
  it('names some of many keys', () => {
    const timeline = createKeyTimeline()
    timeline.look([issuer({ loadedAtMs: 1, keys: keys(...Array.from({ length: 20 }, (_, i) => `k${i}`)) })])
    expect(timeline.issuers[0]?.moments[0]?.detail).toBe('+k0 +k1 +k2 +k3 +k4 +k5 +k6 +k7 and 12 more')
  })
})
