/** What `serve` prints at the start of a jwtauthrequest configuration: how to try its endpoints. */
import { launchTokens } from './launch-help.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import { quoted } from '../../config/printable.ts'
import type { IssuerSettings } from '../../jwt/issuer-settings.ts'

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
  return launchTokens(config, nowMs).map(({ client, path, token }) => {
    const url = `http://${host}${path}?token=`
    if (isTerminal)
      return `test token for ${quoted(client)}, valid for one hour:\n  curl -I ${shellWord(`${url}${token}`)}`
    const issuer = config.settings.issuers.find(({ name }) => name === client)
    const mint = issuer === undefined ? '' : mintCommand(config.source.file, issuer)
    return `to test ${quoted(client)} with a token that is valid for one hour:\n  curl -I ${shellWord(url)}"$(${mint})"`
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
