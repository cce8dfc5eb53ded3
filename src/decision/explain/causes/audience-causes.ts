/** Why a token may lack the audience of its API, by provider. */
import { audiencesOf, issOf, type LikelyCause } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

const REALM = /\/realms\/[^/]+$/

/** Without an audience mapper, a token of Keycloak has the audience `account`, or none. */
export function keycloakMapper(trial: Trial): LikelyCause | undefined {
  const audiences = audiencesOf(trial)
  const isBare = audiences.length === 0 && REALM.test(issOf(trial))
  if (!isBare && !audiences.includes('account')) return undefined
  return {
    name: 'keycloak.audience_mapper',
    why: 'Keycloak adds an audience to a token only through an audience mapper, or for an API whose client roles the user has',
    fix: `in a client scope of the client, add a mapper "Audience" with the included custom audience ${expectedAudience(trial)}, then get a new token; do not accept "account", which every client of the realm receives`,
  }
}

/** A lightweight access token has no `sub`, `aud` or roles, except those whose mapper adds them. */
export function keycloakLightweight(trial: Trial): LikelyCause | undefined {
  const claims = trial.jws?.claims ?? {}
  const isLightweight = claims['typ'] === 'Bearer' && claims['sub'] === undefined
  if (!isLightweight || !REALM.test(issOf(trial))) return undefined
  return {
    name: 'keycloak.lightweight',
    why: 'this is a lightweight access token of Keycloak: it has no audience, subject or roles',
    fix: `turn on "Add to lightweight access token" in the audience mapper for ${expectedAudience(trial)} and in the mappers of the claims that you use, or turn off "Always use lightweight access token" of the client`,
  }
}

/** Cognito has no `aud`. */
export function cognito(trial: Trial): LikelyCause | undefined {
  if (!/^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//.test(issOf(trial))) return undefined
  return {
    name: 'cognito.no_audience',
    why: 'access tokens of Amazon Cognito have no `aud`; they name the client in `client_id`',
    fix: 'write `preset: cognito` with the `pool`, or `audience_claim: client_id`, and the id of the app client as the `audience`',
  }
}

/** Auth0 issues tokens for its user info endpoint if the client names no API. */
export function auth0Userinfo(trial: Trial): LikelyCause | undefined {
  const audiences = audiencesOf(trial)
  if (audiences.length === 0 || !audiences.every((audience) => /^https:\/\/[^/]+\/userinfo$/.test(audience)))
    return undefined
  return {
    name: 'auth0.no_audience',
    why: 'this token is only for the user info endpoint: Auth0 issues such tokens if the client names no API',
    fix: `have the client send \`audience=${expectedAudience(trial, '')}\` when it requests the token`,
  }
}

const GRAPH_AUDIENCES: ReadonlySet<string> = new Set([
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
])

/** Tokens of Microsoft Graph have a signature that only Graph can verify. */
export function microsoftGraph(trial: Trial): LikelyCause | undefined {
  if (!audiencesOf(trial).some((audience) => GRAPH_AUDIENCES.has(audience))) return undefined
  return {
    name: 'entra.graph_token',
    why: 'this token is for Microsoft Graph, and only Graph can verify it',
    fix: 'have the client request a scope of your own API (`api://APPLICATION-ID/SCOPE`) in a separate request',
  }
}

const APPLICATION_ID = /^(?:api:\/\/)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/

/** Tokens of version 1 have `api://ID` as audience, those of version 2 the bare ID. */
export function entraAudience(trial: Trial): LikelyCause | undefined {
  const ids = new Set([...(trial.issuer?.audience ?? [])].map((one) => APPLICATION_ID.exec(one)?.[1]))
  const other = audiencesOf(trial).find((audience) => {
    const id = APPLICATION_ID.exec(audience)?.[1]
    return id !== undefined && ids.has(id)
  })
  if (other === undefined) return undefined
  return {
    name: 'entra.audience_version',
    why: 'Entra ID names an API by `api://ID` in tokens of version 1, and by the bare ID in those of version 2',
    fix: `add ${JSON.stringify(other)} to the issuer’s \`audience\`: it is the same API`,
  }
}

/** Audiences that differ by a slash at the end. */
export function audienceSlash(trial: Trial): LikelyCause | undefined {
  const accepted = [...(trial.issuer?.audience ?? [])]
  for (const audience of audiencesOf(trial)) {
    const near = accepted.find((one) => withoutSlash(one) === withoutSlash(audience))
    if (near === undefined) continue
    const compare = { token: audience, configured: near, difference: 'a trailing slash' }
    const why = 'the audiences differ by a trailing slash, and are compared character by character'
    return { name: 'audience.difference', why, fix: 'copy the audience from the token', compare }
  }
  return undefined
}

const withoutSlash = (text: string): string => text.replace(/\/$/, '')

function expectedAudience({ issuer }: Trial, quote = '"'): string {
  const [first] = issuer?.audience ?? []
  return first === undefined ? 'of your API' : `${quote}${first}${quote}`
}
