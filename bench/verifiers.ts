/** All measured verifiers, with the same interface. */
import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import { AUDIENCE, ISSUER, type Minter, signOptions } from './tokens.ts'

/** Verifies one token completely; throws or rejects if it is invalid. */
export type TokenVerifier = (token: string) => unknown

/** Only the signature, decoding only its base64url: the lower bound for every verifier. */
export function createBareVerifier({ algorithm, publicKey, verifyWith }: Minter): TokenVerifier {
  const parts = (token: string): readonly [Buffer, Buffer] => {
    const dot = token.lastIndexOf('.')
    return [Buffer.from(token.slice(0, dot), 'latin1'), Buffer.from(token.slice(dot + 1), 'base64url')]
  }
  if (publicKey === undefined) {
    return (token) => {
      const [input, signature] = parts(token)
      assertValid(timingSafeEqual(createHmac('sha256', verifyWith).update(input).digest(), signature))
    }
  }
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const key = { key: publicKey, ...signOptions(algorithm) }
  return (token) => {
    const [input, signature] = parts(token)
    assertValid(verify(hash, input, key, signature))
  }
}

/** jose, as its documentation recommends with a key at hand. */
export function createJoseVerifier({ algorithm, publicKey, verifyWith }: Minter): TokenVerifier {
  const key = publicKey ?? new TextEncoder().encode(verifyWith)
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm] }
  return (token) => jwtVerify(token, key, options)
}

/** fast-jwt without its cache, so that every token is new. */
export function createFastJwtVerifier({ algorithm, verifyWith }: Minter): TokenVerifier {
  return createVerifier({
    key: verifyWith,
    algorithms: [algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache: false,
  })
}

function assertValid(valid: boolean): void {
  if (!valid) throw new Error('a valid signature was refused')
}
