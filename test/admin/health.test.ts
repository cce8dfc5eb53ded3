import { describe, expect, it } from 'bun:test'
import { reportHealth } from '../../src/admin/health.ts'
import type { Issuer } from '../../src/jwt/issuer.ts'
import type { KeySourceStatus } from '../../src/keys/key-source.ts'
import { scriptedSource } from '../support/key-sources.ts'

const NOW_MS = 1_800_000_000_000
const key = { kid: 'k1', thumbprint: 't', firstSeenMs: NOW_MS - 60_000, lastSeenMs: NOW_MS, isInForce: true }
const loading = {
  origin: 'network',
  failures: 0,
  lastErrorAtMs: undefined,
  nextLoadAtMs: NOW_MS,
  usableUntilMs: NOW_MS,
} as const

function report(more: Partial<KeySourceStatus>) {
  const status: KeySourceStatus = {
    description: 'jwks_url https://idp.example/jwks',
    state: 'fresh',
    keys: [],
    ignored: [],
    loadedAtMs: NOW_MS - 5_000,
    lastError: undefined,
    history: [{ ...key, lastUsedMs: NOW_MS - 2_000 }],
    loading,
    ...more,
  }
  const issuer = { settings: { name: 'main' }, keys: { ...scriptedSource(), status: () => status } }
  return reportHealth({
    configDigest: 'abc',
    listeners: [],
    issuers: [issuer as unknown as Issuer],
    isDraining: false,
    nowMs: NOW_MS,
  })
}

describe('readiness', () => {
  const table: readonly (readonly [string, Partial<KeySourceStatus>, boolean, string])[] = [
    ['fresh keys', {}, true, '[+] issuer main: 0 keys, 5 s old'],
    ['no keys', { state: 'empty', loadedAtMs: undefined }, false, '[-] issuer main: 0 keys, never loaded'],
    [
      'keys that are too old',
      { state: 'expired' },
      true,
      '[~] issuer main: 0 keys, 5 s old; too old to be used',
    ],
    [
      'keys of an earlier run',
      { state: 'stale', loading: { ...loading, origin: 'snapshot' } },
      true,
      '[~] issuer main: 0 keys, 5 s old; kept by a previous run',
    ],
    [
      'an outage',
      {
        state: 'stale',
        lastError: 'refused',
        loading: { ...loading, failures: 3, lastErrorAtMs: NOW_MS - 1_000, nextLoadAtMs: NOW_MS + 4_000 },
      },
      true,
      '[~] issuer main: 0 keys, 5 s old; last error: refused (1 s ago, 3 in a row, next attempt in 4 s)',
    ],
  ]
  for (const [what, status, isReady, line] of table) {
    it(`is ${isReady} with ${what}, and reports it`, () => {
      const { isReady: found, lines } = report(status)
      expect(found).toBe(isReady)
      expect(lines).toContain(line)
      expect(lines.at(-1)).toBe(isReady ? 'ready' : 'not ready')
    })
  }

  it('reports of each key when it was first seen and last used', () => {
    const history = [
      { ...key, lastUsedMs: NOW_MS - 2_000 },
      { ...key, kid: undefined, lastUsedMs: undefined, isInForce: false },
    ]
    expect(report({ history }).lines.slice(2, 4)).toEqual([
      '    key k1: first seen 2027-01-15T07:59:00.000Z, in force, last used 2 s ago',
      '    key t: first seen 2027-01-15T07:59:00.000Z, gone, last seen 2027-01-15T08:00:00.000Z, not used yet',
    ])
  })
})
