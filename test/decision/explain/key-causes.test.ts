/** Why the key of a token may be missing. */
import { expect, it } from 'bun:test'
import { findLikelyCause } from '../../../src/decision/explain/likely-causes.ts'
import type { Trial } from '../../../src/decision/trial.ts'
import type { KeyHistory, KeySourceStatus } from '../../../src/keys/key-source.ts'

const GONE: KeyHistory = {
  kid: 'old',
  thumbprint: 'x',
  firstSeenMs: 0,
  lastSeenMs: Date.UTC(2026, 10, 29, 12),
  lastUsedMs: undefined,
  isInForce: false,
}

function causeOf(kid: string, status: Partial<KeySourceStatus>): string | undefined {
  const keys = { status: () => ({ history: [], state: 'fresh', lastError: undefined, ...status }) }
  const issuer = { settings: { name: 'main' }, keys }
  const trial = { jws: { header: { kid }, claims: {} }, issuer, nowSeconds: 0 }
  // What the causes read of a trial, and no more.
  return findLikelyCause('kid_unknown', trial as unknown as Trial)?.why
}

it('a key that was removed is named with the time, an outage with its cause, and otherwise nothing is', () => {
  expect(causeOf('old', { history: [GONE] })).toContain('last seen 2026-11-29T12:00:00Z')
  expect(causeOf('old', { history: [{ ...GONE, isInForce: true }] })).toBeUndefined()
  expect(causeOf('new', { history: [GONE] })).toBeUndefined()
  const stale = { state: 'stale', loadedAtMs: GONE.lastSeenMs, lastError: 'no connection' } as const
  expect(causeOf('new', stale)).toMatch(/since 2026-11-29T12:00:00Z.*no connection/)
  // A snapshot of a previous run: nothing failed yet.
  expect(causeOf('new', { state: 'stale', lastError: undefined })).toBeUndefined()
})
