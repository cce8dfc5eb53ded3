/** The examples of the RFCs: RFC 7515 appendix A and E, RFC 7520 §4 and §6, RFC 8037 appendix A. */
import { describe, expect, it } from 'bun:test'
import type { Jwk } from '../support/key-sources.ts'
import { decideOf, issuerSettings, makeGuard, reasonFor } from '../support/make-guard.ts'
import { isJwsAccepted, readVectors, sourceOf, SUPPORTED } from '../support/vectors.ts'
import { compileIssuer } from '../../src/jwt/issuer.ts'
import type { Reason } from '../../src/decision/reasons.ts'

interface Examples {
  /** `iss` is null where the payload holds no claims. */
  readonly accepted: readonly (readonly [name: string, key: Jwk, jws: string, iss: string | null])[]
  readonly refused: readonly (readonly [name: string, key: Jwk, reason: Reason, jws: string])[]
}

const { accepted, refused } = readVectors<Examples>('rfc-examples')

/** `exp` of all that have claims. */
const EXP_SECONDS = 1_300_819_380
const LEEWAY_SECONDS = 30

interface Surroundings {
  readonly issuer?: string
  readonly nowSeconds?: number
}

/** The reason of a guard that trusts the key as one of the issuer's. */
function decide(key: Jwk, jws: string, surroundings: Surroundings = {}): Promise<Reason> {
  const { issuer = 'joe', nowSeconds = EXP_SECONDS - 600 } = surroundings
  const source = sourceOf([key], SUPPORTED)
  if (source === undefined) throw new Error('Warder refuses the key')
  const isSymmetric = key['kty'] === 'oct'
  const settings = issuerSettings({
    issuer,
    // None of them has an audience.
    audience: null,
    algorithms: SUPPORTED.filter((name) => name.startsWith('HS') === isSymmetric),
    leewaySeconds: LEEWAY_SECONDS,
  })
  const guard = makeGuard({ issuers: [compileIssuer(settings, source)] })
  return reasonFor(
    decideOf(guard, () => nowSeconds),
    jws,
  )
}

/** The same token with one bit of one byte of a part flipped. */
function flip(jws: string, part: 0 | 1 | 2): string {
  const parts = jws.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = bytes.length - 2
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return parts.with(part, bytes.toString('base64url')).join('.')
}

describe('a JWS that an RFC calls valid', () => {
  for (const [name, key, jws] of accepted) {
    it(`has a good signature: ${name}`, () => expect(isJwsAccepted(jws, [key])).toBe(true))
    for (const part of [0, 1, 2] as const)
      it(`has none with a byte of part ${part + 1} flipped: ${name}`, () =>
        expect(isJwsAccepted(flip(jws, part), [key])).toBe(false))
  }

  for (const [name, key, jws, issuer] of accepted) {
    if (issuer === null)
      it(`is denied, because its payload holds no claims: ${name}`, async () =>
        expect(await decide(key, jws)).toBe('token_malformed'))
    else
      it(`is allowed until it expires: ${name}`, async () => {
        const end = EXP_SECONDS + LEEWAY_SECONDS
        expect(await decide(key, jws, { issuer, nowSeconds: end - 1 })).toBe('ok')
        expect(await decide(key, jws, { issuer, nowSeconds: end })).toBe('token_expired')
        expect(await decide(key, flip(jws, 2), { issuer })).toBe('signature_invalid')
        expect(await decide(key, jws, { issuer: 'jo' })).toBe('issuer_unknown')
      })
  }
})

describe('a JWS that Warder does not read', () => {
  for (const [name, key, reason, jws] of refused) {
    it(`is denied with ${reason}: ${name}`, async () => {
      expect(await decide(key, jws)).toBe(reason)
      expect(isJwsAccepted(jws, [key])).toBe(false)
    })
  }
})
