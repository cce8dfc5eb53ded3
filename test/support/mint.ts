/** Tokens for the configuration of run-service.ts. */
import { createSecretKey } from 'node:crypto'
import { signToken } from '../../src/testing/sign-token.ts'
import { AUDIENCE, ISSUER, SECRET } from './run-service.ts'

/** A good token for an hour from now, with these claims on top. */
export function mint(claims: Readonly<Record<string, unknown>> = {}, secret: string = SECRET): string {
  const now = Math.floor(Date.now() / 1000)
  const all = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', iat: now, exp: now + 3600, ...claims }
  return signToken(all, {
    algorithm: 'HS256',
    kid: undefined,
    privateKey: createSecretKey(Buffer.from(secret)),
  })
}

/** Headers of nginx's question about a request. */
export function asked(method: string, url: string, token?: string): Record<string, string> {
  const origin = { 'x-original-method': method, 'x-original-url': url }
  return token === undefined ? origin : { ...origin, authorization: `Bearer ${token}` }
}
