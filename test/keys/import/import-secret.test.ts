import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { ALGORITHM_NAMES } from '../../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../../src/syntax/algorithms.ts'
import { importSecret } from '../../../src/keys/import/import-secret.ts'
import { secretOf, signBytes, toBytes } from '../key-pairs.ts'

const algorithmsFor = (
  bytes: number,
  allowShortSecret: boolean,
  algorithms: readonly Algorithm[] = ALGORITHM_NAMES,
): readonly Algorithm[] => {
  const imported = importSecret(secretOf(bytes), { allowShortSecret, algorithms })
  return imported.ok ? [...imported.value.verifiers.keys()] : []
}

describe('importSecret', () => {
  const table: readonly (readonly [number, boolean, readonly Algorithm[]])[] = [
    [0, false, []],
    [0, true, []],
    [15, true, []],
    [16, false, []],
    [16, true, ['HS256', 'HS384', 'HS512']],
    [31, false, []],
    [32, false, ['HS256']],
    [47, false, ['HS256']],
    [48, false, ['HS256', 'HS384']],
    [64, false, ['HS256', 'HS384', 'HS512']],
  ]
  for (const [bytes, allowShort, algorithms] of table) {
    const name = allowShort ? 'allowed to be short' : 'as RFC 7518 §3.2 wants it'
    it(`uses a secret of ${bytes} bytes, ${name}, for ${algorithms.join(', ') || 'nothing'}`, () => {
      expect(algorithmsFor(bytes, allowShort)).toEqual([...algorithms])
    })
  }

  it('is for the algorithms of the issuer only', () => {
    expect(algorithmsFor(64, false, ['HS384', 'RS256'])).toEqual(['HS384'])
    expect(algorithmsFor(64, false, ['RS256'])).toEqual([])
    expect(algorithmsFor(32, false, ['HS512'])).toEqual([])
  })

  it('verifies what the secret signed', () => {
    const secret = secretOf(64)
    const imported = importSecret(secret, { kid: 'k', allowShortSecret: false, algorithms: ['HS512'] })
    if (!imported.ok) throw new Error(imported.error)
    const input = toBytes('a.b')
    expect(imported.value.verifiers.get('HS512')?.(input, signBytes('HS512', secret, input))).toBe(true)
    expect(imported.value.kid).toBe('k')
    expect(imported.value.description).toBe('HMAC 512 bits')
  })

  it('has a thumbprint that cannot be computed from the secret', () => {
    const secret = toBytes('password-password-password-password')
    const options = { allowShortSecret: false, algorithms: ALGORITHM_NAMES }
    const [a, b] = [importSecret(secret, options), importSecret(secret, options)]
    if (!a.ok || !b.ok) throw new Error('not imported')
    expect(a.value.thumbprint).not.toBe(b.value.thumbprint)
    expect(a.value.thumbprint).not.toBe(createHash('sha256').update(secret).digest('base64url'))
  })

  it('does not follow later changes of the bytes it was given', () => {
    const secret = secretOf(32)
    const input = toBytes('a.b')
    const mac = signBytes('HS256', secret.slice(), input)
    const imported = importSecret(secret, { allowShortSecret: false, algorithms: ['HS256'] })
    secret.fill(0)
    expect(imported.ok && imported.value.verifiers.get('HS256')?.(input, mac)).toBe(true)
  })
})
