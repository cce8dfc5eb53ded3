/**
 * A real OpenID provider as a program of its own: `bun oidc-provider-main.ts`. It listens on a free port of loopback
 * and prints its issuer. Clients get JWT access tokens (RFC 9068) by the client credentials grant; the `resource`
 * parameter (RFC 8707) becomes the audience.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const SCOPES = 'orders:read orders:write'

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
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
    jwks: { keys: [signingKey()] },
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
  const handle = provider.callback()
  server.on('request', (request, response) => void handle(request, response))
  console.log(`issuer ${issuer}`)
})

function signingKey(): Readonly<Record<string, unknown>> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: 'live-1', use: 'sig', alg: 'RS256' }
}
