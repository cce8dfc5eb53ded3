/** The test issuer's HTTP endpoints: discovery, JWKS and minting, for `warder dev`. Loopback only. */
import type { TestIssuer } from './test-issuer.ts'

/** Claims of a minted token by default. */
export interface MintDefaults {
  readonly audience: string
  readonly subject: string
  readonly scope: string
}

/**
 * Answers `/.well-known/openid-configuration`, `/jwks` and `/token?scope=…&sub=…&aud=…`; anything else is 404.
 *
 * @param nowMs Epoch milliseconds.
 */
export function createIssuerHandler(
  issuer: () => TestIssuer,
  defaults: MintDefaults,
  nowMs: () => number,
): (request: Request) => Response {
  return (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/.well-known/openid-configuration') return Response.json(issuer().metadata)
    if (pathname === '/jwks') return Response.json(issuer().jwks())
    if (pathname !== '/token') return new Response('not found\n', { status: 404 })
    const claims = {
      aud: searchParams.get('aud') ?? defaults.audience,
      sub: searchParams.get('sub') ?? defaults.subject,
      scope: searchParams.get('scope') ?? defaults.scope,
    }
    return new Response(issuer().mint(claims, nowMs() / 1000))
  }
}
