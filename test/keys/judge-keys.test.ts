import { describe, expect, it } from 'bun:test'
import { judgeKeys } from '../../src/keys/judge-keys.ts'
import { jwksBytes, keyPair, publicJwk, toBytes } from './key-pairs.ts'

const rsa = publicJwk(keyPair('rsa'), { kid: 'rsa' })
const other = publicJwk(keyPair('rsa', 'other'))
const options = { algorithms: ['RS256'], pin: undefined } as const

describe('judgeKeys', () => {
  const cases: readonly (readonly [what: string, key: unknown, isForOthers: boolean])[] = [
    ['an encryption key', { ...rsa, use: 'enc' }, true],
    ['a key that may only wrap', { ...rsa, key_ops: ['wrapKey'] }, true],
    ['a key of an algorithm that the issuer does not sign with', { ...rsa, alg: 'ES256' }, true],
    ['a private encryption key', { ...other, use: 'enc', d: 'AQAB' }, false],
    ['a symmetric key', { kty: 'oct', k: 'AQAB' }, false],
    ['a key with a damaged number', { ...rsa, n: `A${String(rsa['n'])}` }, false],
    ['what is no key', null, false],
  ]
  for (const [what, key, isForOthers] of cases) {
    it(`${isForOthers ? 'lets pass' : 'reports'} ${what}`, () => {
      const judged = judgeKeys(jwksBytes(rsa, key), options)
      if (!judged.ok) throw new Error(judged.error)
      expect(judged.value.usable.map(({ kid }) => kid)).toEqual(['rsa'])
      expect(judged.value.refused.map((refused) => refused.isForOthers)).toEqual([isForOthers])
    })
  }

  it('names every key of a set without a usable one', () => {
    const judged = judgeKeys(jwksBytes({ ...rsa, use: 'enc' }, null), options)
    expect(judged.ok && [judged.value.usable.length, judged.value.refused.length]).toEqual([0, 2])
  })

  it('names the thumbprint of a key that is not pinned', () => {
    const judged = judgeKeys(jwksBytes(rsa), { ...options, pin: ['x'.repeat(43)] })
    expect(judged.ok && judged.value.refused.map(({ kid }) => kid)).toEqual(['rsa'])
  })

  for (const [what, bytes] of [
    ['HTML', toBytes('<html>')],
    ['another document', toBytes('{"issuer":"a"}')],
    ['no keys', jwksBytes()],
    ['too many keys', jwksBytes(...Array.from({ length: 257 }, () => null))],
  ] as const) {
    it(`fails for ${what}`, () => expect(judgeKeys(bytes, options).ok).toBe(false))
  }
})
