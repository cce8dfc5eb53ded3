/**
 * A real OpenID provider in this process whose keys can be exchanged while it runs: one server on one port, which
 * passes every request to the current provider. What it counts and what it answers cannot differ.
 */
import { createServer } from 'node:http'
import type { Cleanup } from './cleanup.ts'
import { listen } from './loopback.ts'
import { createProviderHandler, type ProviderHandler, type SigningJwk } from './provider-handler.ts'
import { requestToken } from './request-token.ts'

export interface RotatingProvider {
  readonly issuer: string
  /** Requests for the key set so far; the next one gets the keys that are published now. */
  keyFetches(): number
  /** Requests for the discovery document so far; {@link RotatingProvider.token} makes one too. */
  discoveries(): number
  /** Publishes these keys from now on, and no others; the first signs. */
  publish(...keys: readonly [SigningJwk, ...SigningJwk[]]): void
  /** An access token, signed by the first of the published keys. */
  token(resource: string): Promise<string>
}

export async function startRotatingProvider(
  cleanup: Cleanup,
  ...keys: readonly [SigningJwk, ...SigningJwk[]]
): Promise<RotatingProvider> {
  let keyFetches = 0
  let discoveries = 0
  let handle: ProviderHandler = (_request, response) => void response.destroy()
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyFetches += 1
    if (request.url === '/.well-known/openid-configuration') discoveries += 1
    handle(request, response)
  })
  const issuer = `http://127.0.0.1:${await listen(server, cleanup)}`
  handle = createProviderHandler(issuer, keys)
  return {
    issuer,
    keyFetches: () => keyFetches,
    discoveries: () => discoveries,
    publish(...next) {
      handle = createProviderHandler(issuer, next)
    },
    token: (resource) => requestToken(issuer, 'orders:read', resource),
  }
}
