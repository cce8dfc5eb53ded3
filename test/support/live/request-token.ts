/** A client of the real OpenID provider: discovery, then the token endpoint. */
import { CLIENT_CREDENTIALS } from './provider-handler.ts'

/**
 * An access token by the client credentials grant.
 *
 * @param origin Where the provider answers; its metadata has the rest.
 * @throws Error with the answer when it is not a token.
 */
export async function requestToken(origin: string, scope: string, resource: string): Promise<string> {
  const { token_endpoint: endpoint } = await getJson(`${origin}/.well-known/openid-configuration`)
  const answer = await getJson(String(endpoint), {
    method: 'POST',
    headers: { authorization: CLIENT_CREDENTIALS },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
  })
  const { access_token: token } = answer
  if (typeof token !== 'string') throw new Error(`no token: ${JSON.stringify(answer)}`)
  return token
}

async function getJson(url: string, init?: RequestInit): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, init)
  return (await response.json()) as Readonly<Record<string, unknown>>
}
