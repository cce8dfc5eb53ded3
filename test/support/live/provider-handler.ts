/** A real OpenID provider with the signing keys it is given: its discovery, its key set, its token endpoint. */
import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider'

/** A private key as a JWK. */
export interface SigningJwk {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly [member: string]: unknown
}

export type ProviderHandler = (request: IncomingMessage, response: ServerResponse) => void

/** `Authorization` of the one client. */
export const CLIENT_CREDENTIALS = `Basic ${btoa('shop:shop-secret-of-the-live-test')}`

const TOKEN_SECONDS = 600
const SCOPES = 'orders:read orders:write'

/** P-256, which is made in no time. */
export function createSigningJwk(kid: string): SigningJwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }
}

/**
 * Publishes all of the keys and signs with the first. Clients get JWT access tokens (RFC 9068) by the client
 * credentials grant; the `resource` parameter (RFC 8707) becomes the audience.
 */
export function createProviderHandler(
  issuer: string,
  keys: readonly [SigningJwk, ...SigningJwk[]],
): ProviderHandler {
  const [{ kid, alg }] = keys
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'shop',
        client_secret: 'shop-secret-of-the-live-test',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: SCOPES,
        id_token_signed_response_alg: alg,
      },
    ],
    scopes: SCOPES.split(' '),
    jwks: { keys },
    adapter: keepNothing,
    ttl: { ClientCredentials: TOKEN_SECONDS },
    cookies: { keys: ['not used by this grant'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: SCOPES,
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg, kid } },
        }),
      },
    },
  })
  const handle = provider.callback()
  return (request, response) => void handle(request, response)
}

/** JWT access tokens are not stored, and there is nothing else in this grant. */
const keepNothing = (): Readonly<Record<string, () => Promise<undefined>>> => {
  const nothing = async (): Promise<undefined> => undefined
  return {
    upsert: nothing,
    find: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  }
}
