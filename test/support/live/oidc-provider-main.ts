/**
 * A real OpenID provider as a program of its own: `bun oidc-provider-main.ts`. It listens on a free port of loopback
 * and prints its issuer. Clients get JWT access tokens (RFC 9068) by the client credentials grant; the `resource`
 * parameter (RFC 8707) becomes the audience. `POST /test-rotate?overlap=true|false` makes another signing key.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider'

const SCOPES = 'orders:read orders:write'

type Jwk = Readonly<Record<string, unknown>>

let serial = 0

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  let keys = [signingKey()]
  let handle = providerOf(issuer, keys)
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/test-rotate') !== true) return void handle(request, response)
    keys = [signingKey(), ...keys.slice(0, request.url.endsWith('true') ? 1 : 0)]
    handle = providerOf(issuer, keys)
    response.end()
  })
  console.log(`issuer ${issuer}`)
})

function providerOf(
  issuer: string,
  keys: readonly Jwk[],
): (request: IncomingMessage, response: ServerResponse) => unknown {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'shop',
        client_secret: 'shop-secret-of-the-live-test',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: SCOPES,
      },
    ],
    scopes: SCOPES.split(' '),
    jwks: { keys },
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
          accessTokenTTL: 600,
        }),
      },
    },
  })
  return provider.callback()
}

function signingKey(): Jwk {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: `live-${(serial += 1)}`, use: 'sig', alg: 'RS256' }
}
