/** Issuers that are nearly the same: they look like the same URL, but are not equal. */

/** The two texts, and their difference, for people. */
export interface IssuerDifference {
  readonly token: string
  readonly configured: string
  readonly difference: string
}

/** Longest `iss` that is compared; people cannot see a small difference in a longer one. */
const MAX_LENGTH = 512

type Simplify = (iss: string) => string

/** From the smallest difference to the greatest; each removes one more difference. */
const DIFFERENCES: readonly (readonly [difference: string, simplify: Simplify])[] = [
  ['a trailing slash', (iss) => iss.replace(/\/$/, '')],
  ['upper and lower case', (iss) => iss.toLowerCase()],
  ['http and https', (iss) => iss.replace(/^http:/, 'https:')],
  ['the `https://` in front', (iss) => iss.replace(/^https:\/\//, '')],
  ['the port', (iss) => iss.replace(/^((?:https?:\/\/)?[^/:]+):\d{1,5}(?=\/|$)/, '$1')],
  // Keycloak before version 17 served its realms below /auth.
  ['the `/auth` that older Keycloaks have in the path', (iss) => iss.replace('/auth/realms/', '/realms/')],
  ['the version in the path', (iss) => iss.replace(/\/v\d+(?:\.\d+)?$/, '')],
]

/** The configured issuer that is nearest to the token's, if there is a near one. Only the operator sees them. */
export function compareIssuers(token: string, issuers: readonly string[]): IssuerDifference | undefined {
  if (token === '' || token.length > MAX_LENGTH) return undefined
  for (const [difference, simplify] of DIFFERENCES) {
    const configured = issuers.find((iss) => simplify(iss) === simplify(token))
    if (configured !== undefined) return { token, configured, difference }
  }
  const simplest = (iss: string): string => DIFFERENCES.reduce((text, [, simplify]) => simplify(text), iss)
  const configured = issuers.find((iss) => simplest(iss) === simplest(token))
  if (configured !== undefined) return { token, configured, difference: 'several details' }
  return compareParts(token, issuers)
}

/** The same path on another host is one issuer under two names; another path on the same host is another realm. */
function compareParts(token: string, issuers: readonly string[]): IssuerDifference | undefined {
  const [host, path] = splitUrl(token)
  if (host === undefined || path === undefined) return undefined
  for (const configured of issuers) {
    const [otherHost, otherPath] = splitUrl(configured)
    if (otherPath === path) return { token, configured, difference: 'the host' }
    if (otherHost === host) return { token, configured, difference: 'the path' }
  }
  return undefined
}

/** Host and path as written; undefined if there is none. */
function splitUrl(iss: string): readonly [host: string | undefined, path: string | undefined] {
  const [, host, path] = /^https?:\/\/([^/]+)(\/.+)?$/.exec(iss) ?? []
  return [host, path]
}
