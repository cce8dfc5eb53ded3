/** Tokens of a provider that is not there: not yet, or not any more. */
import { createServer } from 'node:http'
import { createCleanup } from './cleanup.ts'
import { listen } from './loopback.ts'
import { createProviderHandler, type SigningJwk } from './provider-handler.ts'
import { requestToken } from './request-token.ts'

/**
 * Access tokens that the real provider makes for this issuer and key, at another address, which is never asked for keys.
 *
 * @param audience The resource that they are for.
 */
export async function mintTokens(
  count: number,
  issuer: string,
  key: SigningJwk,
  audience: string,
): Promise<readonly string[]> {
  const server = createServer(createProviderHandler(issuer, [key]))
  const cleanup = createCleanup()
  const origin = `http://127.0.0.1:${await listen(server, cleanup)}`
  try {
    return await Promise.all(
      Array.from({ length: count }, () => requestToken(origin, 'orders:read', audience)),
    )
  } finally {
    await cleanup.run()
  }
}
