/** Test tokens that a jwtauthrequest configuration prints at launch, one per HMAC client and endpoint. */
import { createSecretKey } from 'node:crypto'
import type { LoadedConfig } from '../../config/load-config.ts'
import type { IssuerSettings } from '../../jwt/issuer-settings.ts'
import { signToken } from '../../testing/sign-token.ts'

export interface LaunchToken {
  /** Path of the endpoint that accepts it. */
  readonly path: string
  readonly client: string
  readonly token: string
}

/** Lifetime, in seconds: what jwtauthrequest promises. */
const LIFETIME_SECONDS = 3600

/** Tokens for every endpoint whose issuer has a shared secret; none for a configuration in another format. */
export function launchTokens(config: LoadedConfig, nowMs: number): readonly LaunchToken[] {
  if (config.format !== 'jwtauthrequest') return []
  const { issuers, policies, endpoints } = config.settings
  return endpoints.flatMap(({ path, policy }) => {
    const accepted = policies.find((settings) => settings.name === policy)?.issuers ?? []
    const issuer = issuers.find((settings) => accepted.includes(settings.name))
    const token = issuer === undefined ? undefined : mint(issuer, Math.floor(nowMs / 1000))
    return token === undefined || issuer === undefined ? [] : [{ path, client: issuer.name, token }]
  })
}

function mint(
  { keys, algorithms, issuer, audience, require: requiredClaims }: IssuerSettings,
  now: number,
): string | undefined {
  const [algorithm] = algorithms
  if (keys.kind !== 'secret' || algorithm === undefined) return undefined
  const required = Object.fromEntries(requiredClaims.map((name) => [name, 'test']))
  const claims = {
    ...required,
    sub: 'test',
    ...(issuer === null ? {} : { iss: issuer }),
    ...(audience === null ? {} : { aud: [...audience] }),
    nbf: now,
    iat: now,
    exp: now + LIFETIME_SECONDS,
  }
  return signToken(claims, { algorithm, kid: keys.kid, privateKey: createSecretKey(keys.secret) })
}
