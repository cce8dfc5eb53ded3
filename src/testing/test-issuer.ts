/** A token issuer in this process: for tests, for `warder dev`, and for embedders. Its tokens are worthless elsewhere. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Fetch } from '../keys/key-deps.ts'
import { signToken, type SigningKey } from './sign-token.ts'

export interface TestIssuer {
  readonly issuer: string
  /** Discovery document, as `/.well-known/openid-configuration` serves it. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** The public keys in force. */
  jwks(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  /** A token of this issuer: `iss`, `iat` and `exp` (one hour) are set unless the claims have them. */
  mint(claims: Readonly<Record<string, unknown>>, nowSeconds: number): string
  /**
   * Serves the discovery document and the keys of this issuer without a socket, and rejects every other URL: for
   * `deps: { fetch: issuer.fetch }` of an authorizer under test.
   */
  readonly fetch: Fetch
  /** Creates a new signing key. The old public key is kept if `overlap` is true. */
  rotate(overlap: boolean): void
}

/** Lifetime of minted tokens, in seconds. */
const LIFETIME_SECONDS = 3600

interface IssuerKey extends SigningKey {
  readonly publicKey: KeyObject
}

export function createTestIssuer(issuer: string): TestIssuer {
  let serial = 0
  const createKey = (): IssuerKey => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return { publicKey, privateKey, algorithm: 'ES256', kid: `test-${++serial}` }
  }
  let keys: readonly [IssuerKey, ...IssuerKey[]] = [createKey()]
  const metadata = { issuer, jwks_uri: `${issuer}/jwks`, id_token_signing_alg_values_supported: ['ES256'] }
  const jwks: TestIssuer['jwks'] = () => ({
    keys: keys.map(({ publicKey, kid, algorithm }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: algorithm,
      use: 'sig',
    })),
  })
  return {
    issuer,
    metadata,
    jwks,
    fetch: (url) => {
      if (url === `${issuer}/.well-known/openid-configuration`)
        return Promise.resolve(Response.json(metadata))
      if (url === metadata.jwks_uri) return Promise.resolve(Response.json(jwks()))
      return Promise.reject(new Error(`not a URL of the test issuer: ${url}`))
    },
    mint: (claims, nowSeconds) => {
      const now = Math.floor(nowSeconds)
      return signToken({ iss: issuer, iat: now, exp: now + LIFETIME_SECONDS, ...claims }, keys[0])
    },
    rotate: (overlap) => {
      keys = overlap ? [createKey(), keys[0]] : [createKey()]
    },
  }
}
