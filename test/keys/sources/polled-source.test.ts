import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { VerificationKey } from '../../../src/keys/verification-key.ts'
import { createFakeWorld } from '../fake-world.ts'
import { jwksBytes, keyPair, publicJwk, toBytes } from '../key-pairs.ts'

const POLL_MS = 2_000
const jwk = (kid: string, label = kid) => publicJwk(keyPair('P-256', label), { kid })

function started(...kids: readonly string[]) {
  const world = createFakeWorld()
  world.files.set('keys.json', jwksBytes(...kids.map((kid) => jwk(kid))))
  const source = createKeySource({ kind: 'jwks_file', file: 'keys.json' }, ['ES256'], world.deps)
  const keyOf = (kid: string): VerificationKey | undefined => {
    const found = source.lookup(kid, 'ES256', true)
    return found.state === 'found' ? found.keys[0] : undefined
  }
  const rewrite = (bytes: Uint8Array | undefined): void => {
    if (bytes === undefined) world.files.delete('keys.json')
    else world.files.set('keys.json', bytes)
    world.advance(POLL_MS)
  }
  return { world, source, keyOf, rewrite }
}

describe('a jwks_file source', () => {
  it('takes new keys when the content changes, and drops removed ones at once', () => {
    const { source, keyOf, rewrite } = started('a', 'b')
    const [a, b] = [keyOf('a'), keyOf('b')]
    rewrite(jwksBytes(jwk('b'), jwk('c')))
    expect(a !== undefined && source.trusts(a)).toBe(false)
    expect(b !== undefined && source.trusts(b)).toBe(true)
    expect(keyOf('c')).toBeDefined()
    expect(source.lookup('a', 'ES256', true).state).toBe('kid_unknown')
  })

  it('does nothing while the content is the same', () => {
    const { world, rewrite } = started('a')
    const before = world.events.length
    for (let round = 0; round < 5; round += 1) rewrite(jwksBytes(jwk('a')))
    expect(world.events).toHaveLength(before)
  })

  const failures: readonly (readonly [string, Uint8Array | undefined])[] = [
    ['gone', undefined],
    ['empty', toBytes('')],
    ['half written', jwksBytes(jwk('a')).slice(0, 40)],
    ['without usable keys', jwksBytes({ kty: 'oct', k: 'AA' })],
    ['without keys', jwksBytes()],
  ]
  for (const [what, bytes] of failures) {
    it(`keeps the last good keys while the file is ${what}, reports it once, and recovers`, () => {
      const { world, source, keyOf, rewrite } = started('a')
      const key = keyOf('a')
      rewrite(bytes)
      world.advance(POLL_MS * 3)
      expect(keyOf('a')).toBe(key)
      expect(source.status()).toMatchObject({ state: 'stale', lastError: expect.any(String) })
      expect(world.events.filter((event) => event.type === 'refresh_failed')).toHaveLength(1)
      rewrite(jwksBytes(jwk('a')))
      expect(source.status()).toMatchObject({ state: 'fresh', lastError: undefined })
      expect(keyOf('a')).toBe(key)
    })
  }

  it('stops reading when it is closed', () => {
    const { world, source, keyOf, rewrite } = started('a')
    source.close()
    expect(world.timers()).toEqual([])
    rewrite(jwksBytes(jwk('b')))
    expect(keyOf('b')).toBeUndefined()
  })
})
