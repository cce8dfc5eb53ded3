/** Configurations of jwtauthrequest for tests. */

export const KEY = 'qwertyuiopasdfghjklzxcvbnm123456'

/** A client that is right, with some keys replaced; undefined removes one. */
export function config(
  changes: Readonly<Record<string, unknown>>,
  top: Readonly<Record<string, unknown>> = {},
): string {
  const client = {
    endpoints: ['/auth'],
    'required-claims': ['exp'],
    'allowed-algo': ['HS256'],
    audience: ['developer'],
    HMAC: KEY,
    issuer: 'golang',
    ...changes,
  }
  return JSON.stringify({ 'listen-port': '127.0.0.1:8081', clients: [client], ...top }, null, 1)
}
