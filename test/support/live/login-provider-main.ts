/**
 * A real OpenID provider where everybody who comes is alice: `bun login-provider-main.ts REDIRECT_URI`. It listens on
 * a free port of loopback and prints its issuer. Code flow, one client; no password is typed.
 */
import { createServer } from 'node:http'
import { Provider, type KoaContext } from 'oidc-provider'
import { createSigningJwk } from './provider-handler.ts'
import { LOGIN_CLIENT } from './login-provider.ts'

const [redirectUri = ''] = process.argv.slice(2)
const SCOPE = 'openid email profile offline_access'

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const provider = createLoginProvider(issuer)
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/login/') !== true) return void handle(request, response)
    void provider.interactionFinished(request, response, { login: { accountId: 'alice' } })
  })
  console.log(`issuer ${issuer}`)
})

function createLoginProvider(issuer: string): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: LOGIN_CLIENT.id,
        client_secret: LOGIN_CLIENT.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [createSigningJwk('login-1')] },
    claims: { email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    // Otherwise only with `prompt=consent`.
    issueRefreshToken: async () => true,
    // Not only from the userinfo endpoint.
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => claimsOf(accountId) }),
    // The consent to everything that is asked for.
    loadExistingGrant: async ({ oidc: { provider, client, session } }: KoaContext) => {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope(SCOPE)
      await grant.save()
      return grant
    },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/login/${uid}` },
    cookies: { keys: ['of a login provider of the tests'] },
    features: { devInteractions: { enabled: false } },
  })
}

const claimsOf = async (sub: string): Promise<Readonly<Record<string, unknown>>> => ({
  sub,
  email: `${sub}@example.com`,
  email_verified: true,
  name: 'Alice',
  groups: ['clerks', 'admins'],
})
