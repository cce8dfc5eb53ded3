/** What `serve` prints at the start of a jwtauthrequest configuration: how to try its endpoints. */
import { createSecretKey } from 'node:crypto'
import type { LoadedConfig } from '../../config/load-config.ts'
import { quoted } from '../../printable.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import { signToken } from '../../testing/sign-token.ts'

/**
 * One text for each endpoint with a shared secret. The token itself is for a person at a terminal, as jwtauthrequest
 * prints it; a journal keeps what is written to it, so it gets the command that makes the token.
 *
 * @param host Host and port of the decisions listener.
 */
export function launchHelp(
  config: LoadedConfig,
  host: string,
  isTerminal: boolean,
  nowMs: number,
): readonly string[] {
  return launchTokens(config, nowMs).map(({ issuer, path, token }) => {
    const client = quoted(issuer.name)
    const url = `http://${host}${path}?token=`
    if (isTerminal)
      return `test token for ${client}, valid for one hour:\n  curl -I ${shellWord(`${url}${token}`)}`
    const mint = mintCommand(config.source.file, issuer)
    return `to test ${client} with a token that is valid for one hour:\n  curl -I ${shellWord(url)}"$(${mint})"`
  })
}

/** Makes the same token as {@link launchTokens}; what the issuer's settings ask for, the command knows from the file. */
function mintCommand(
  file: string,
  { name, issuer, audience, require: requiredClaims }: IssuerSettings,
): string {
  const given = new Set(['sub', 'iat', 'exp', 'nbf'])
  if (issuer !== null) given.add('iss')
  if (audience !== null) given.add('aud')
  const claims = requiredClaims.filter((claim) => !given.has(claim)).map((claim) => `${claim}="test"`)
  if (requiredClaims.includes('nbf')) claims.push('nbf=0')
  const flags = ['-c', shellWord(file), '--issuer', shellWord(name), '--sub', 'test', '--expires', '1h']
  return ['warder token mint', ...flags, ...claims.flatMap((claim) => ['--claim', shellWord(claim)])].join(
    ' ',
  )
}

/** One word for any shell of POSIX. */
const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export interface LaunchToken {
  /** Path of the endpoint that accepts it. */
  readonly path: string
  readonly issuer: IssuerSettings
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
    return token === undefined || issuer === undefined ? [] : [{ path, issuer, token }]
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
