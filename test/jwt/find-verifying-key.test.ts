import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'bun:test'
import { decodeJws } from '../../src/jwt/decode-jws.ts'
import { findVerifyingKey } from '../../src/jwt/find-verifying-key.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import type { Verify } from '../../src/keys/create-verifier.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'
import { mint, noSignature, type TokenParts } from '../support/tokens.ts'

const keyThat = (kid: string, verify: Verify, algorithm: Algorithm = 'RS256'): VerificationKey => ({
  kid,
  thumbprint: kid,
  description: kid,
  material: createSecretKey(new Uint8Array(32)),
  verifiers: new Map([[algorithm, verify]]),
})
const yes = keyThat('yes', () => true)
const no = keyThat('no', () => false)

function find(keys: readonly VerificationKey[], parts: TokenParts = {}): string | undefined {
  const jws = decodeJws(mint(parts))
  if (!jws.ok) throw new Error(jws.error.reason)
  return findVerifyingKey(jws.value, keys)?.kid
}

describe('findVerifyingKey', () => {
  it('finds the first key that verifies', () =>
    expect(find([no, yes, keyThat('later', () => true)])).toBe('yes'))
  it('finds no key if none verifies, or if there are none', () => {
    expect(find([no])).toBeUndefined()
    expect(find([])).toBeUndefined()
  })
  it('does not ask a key for an algorithm that it is not for', () =>
    expect(find([keyThat('other', () => true, 'ES256')])).toBeUndefined())
  it('refuses an empty signature, even if a key would accept it', () =>
    expect(find([yes], { signer: noSignature })).toBeUndefined())
  it('refuses an unknown algorithm', () => {
    for (const alg of ['none', '__proto__', 'rs256']) expect(find([yes], { header: { alg } })).toBeUndefined()
  })
  it('hands on exactly what was signed, and the signature', () => {
    const token = mint()
    let seen = ''
    find([
      keyThat('spy', (input, signature) => {
        seen = `${Buffer.from(input).toString()}.${Buffer.from(signature).toString('base64url')}`
        return true
      }),
    ])
    expect(seen).toBe(token)
  })
})
