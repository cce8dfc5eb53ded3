/** Why no configured issuer may have the `iss` of a token. */
import { issOf, type LikelyCause, type NearTexts } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

/** A configured issuer that this policy does not accept. */
export function notInPolicy(trial: Trial): LikelyCause | undefined {
  const { guard, policy } = trial
  const iss = issOf(trial)
  const issuer = guard.issuers.find(({ settings }) => settings.issuer === iss)
  if (issuer === undefined || policy === undefined) return undefined
  return {
    name: 'issuer.not_in_policy',
    why: `the issuer ${issuer.settings.name} is configured, and the policy ${policy.name} does not accept it`,
    fix: `add ${issuer.settings.name} to \`issuers\` of the policy, or send a token of another issuer`,
  }
}

const ENTRA_V1 = /^https:\/\/sts\.windows\.net\/([0-9a-f-]{36})\/$/
const ENTRA_V2 = /^https:\/\/login\.microsoftonline\.com\/([0-9a-f-]{36})\/v2\.0$/

/** One tenant of Entra ID has an issuer for each version of its tokens. */
export function entraVersion(trial: Trial): LikelyCause | undefined {
  const iss = issOf(trial)
  const tenant = (ENTRA_V1.exec(iss) ?? ENTRA_V2.exec(iss))?.[1]
  if (tenant === undefined) return undefined
  const configured = issuersOf(trial).find(
    (one) => (ENTRA_V1.exec(one) ?? ENTRA_V2.exec(one))?.[1] === tenant,
  )
  if (configured === undefined) return undefined
  const [version, value] = ENTRA_V1.test(iss) ? [1, '2 for version 2'] : [2, '1 for version 1']
  return {
    name: 'entra.token_version',
    why: `this is a version ${version} token of the same Entra ID tenant, whose issuer has another name`,
    fix: `in the manifest of the API’s app registration set \`requestedAccessTokenVersion\` to ${value}, or add an issuer with this \`iss\``,
    compare: { token: iss, configured, difference: 'another version' },
  }
}

/** A configured issuer with the placeholder of discovery instead of the tenant. */
export function entraCommon(trial: Trial): LikelyCause | undefined {
  const iss = issOf(trial)
  const placeholder = /\/(?:common|organizations|consumers|\{tenantid\})\//
  if (!iss.startsWith('https://login.microsoftonline.com/')) return undefined
  const configured = issuersOf(trial).find((one) => placeholder.test(one))
  if (configured === undefined) return undefined
  return {
    name: 'entra.tenant',
    why: 'no token has the configured issuer: Entra ID puts the id of the tenant into `iss`',
    fix: 'write one issuer for each tenant that you trust, with its id instead of `common`',
    compare: { token: iss, configured, difference: 'the tenant' },
  }
}

/** Two texts that look like the same URL. */
export function issuerDifference(trial: Trial): LikelyCause | undefined {
  const compare = compareIssuers(issOf(trial), issuersOf(trial))
  if (compare === undefined) return undefined
  return {
    name: 'issuer.difference',
    why: `the token’s issuer and a configured one differ by ${compare.difference}, and are compared character by character`,
    fix: 'if both are the same issuer, copy the token’s `iss` into `issuer`; the issuer’s discovery document has the same value',
    compare,
  }
}

const issuersOf = ({ policy }: Trial): readonly string[] => [...(policy?.issuers.byIss.keys() ?? [])]

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
export function compareIssuers(token: string, issuers: readonly string[]): NearTexts | undefined {
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
function compareParts(token: string, issuers: readonly string[]): NearTexts | undefined {
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
