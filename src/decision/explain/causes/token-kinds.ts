/** Tokens that are not for access, and that clients send by mistake. */
import type { LikelyCause } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

/** OpenID Connect Core §2 and §3.1.3.6; Keycloak writes the kind into the claim `typ`. */
export function idToken({ jws }: Trial): LikelyCause | undefined {
  if (jws === undefined) return undefined
  const { typ, at_hash: atHash, c_hash: cHash, nonce } = jws.claims
  const isIdToken = typ === 'ID' || [atHash, cHash, nonce].some((claim) => typeof claim === 'string')
  if (!isIdToken) return undefined
  return {
    name: 'id_token',
    why: 'this looks like an ID token: it is for the client, about the user who logged in, and not for an API',
    fix: 'have the client send the access token; the token endpoint returns both in one response',
  }
}

/** Keycloak's refresh tokens are JWTs, signed with a secret that only the realm knows. */
export function refreshToken({ jws }: Trial): LikelyCause | undefined {
  const typ = jws?.claims['typ']
  if (typ !== 'Refresh' && typ !== 'Offline') return undefined
  return {
    name: 'refresh_token',
    why: 'this is a refresh token: only its issuer can verify it, and it must never be sent to an API',
    fix: 'have the client send the access token; the token endpoint returns both in one response',
  }
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** OpenID Connect Back-Channel Logout §2.4. */
export function logoutToken({ jws }: Trial): LikelyCause | undefined {
  if (jws === undefined) return undefined
  const { typ, events } = jws.claims
  const hasEvent = typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT)
  const isNamed = typ === 'Logout' || jws.header.typ?.toLowerCase().endsWith('logout+jwt') === true
  if (!hasEvent && !isNamed) return undefined
  return {
    name: 'logout_token',
    why: 'this is a logout token: it informs an application that a session has ended, and gives no access',
    fix: 'have the client send the access token; logout tokens belong to the back-channel logout endpoint of the application',
  }
}

/** RFC 7518 §3.2. The general advice, to add the algorithm to the issuer, would be wrong here. */
export function sharedSecret({ jws, issuer }: Trial): LikelyCause | undefined {
  const hasSecret = [...(issuer?.algorithms ?? [])].some((algorithm) => algorithm.startsWith('HS'))
  if (jws?.header.alg.startsWith('HS') !== true || hasSecret) return undefined
  return {
    name: 'shared_secret',
    why: `this token is signed with a shared secret (${jws.header.alg}), and the issuer has public keys`,
    fix: 'have the issuer sign access tokens with its private key (RS256, ES256, EdDSA); never add HMAC to an issuer that has public keys',
  }
}

/** RFC 6750 leaves the form of an access token to its issuer. */
export function opaqueToken({ extracted }: Trial): LikelyCause | undefined {
  if (extracted === undefined || extracted.token.includes('.')) return undefined
  return {
    name: 'opaque_token',
    why: 'this is an opaque token: only its issuer can read it',
    fix: 'have the client request a token for your API (Auth0: `audience`, others: `resource` or a scope of the API); such tokens are JWTs',
  }
}

/** Younger than any sensible key rotation, older than any sensible access token, in seconds. */
const OLD_TOKEN_SECONDS = 86_400

/** A token that outlived its key. */
export function oldToken({ jws, nowSeconds }: Trial): LikelyCause | undefined {
  const iat = jws?.claims['iat']
  if (typeof iat !== 'number' || nowSeconds - iat < OLD_TOKEN_SECONDS) return undefined
  return {
    name: 'old_token',
    why: 'the token is more than a day old, and its issuer may have retired the key since',
    fix: 'get a new token; if that one is denied too, compare its `kid` with `warder keys list`',
  }
}
