/** `warder token mint`: a token for tests, signed with a key that the operator has. */
import type { KeySettings, SettingsOf } from '../../settings/keys/key-source.ts'
import { sourcesOf } from '../../keys/key-source.ts'
import type { Instance } from '../../app/build-instance.ts'
import { quoted } from '../../printable.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import { parseDuration } from '../../settings/values/quantities.ts'
import { parseStrictJson } from '../../strict-json.ts'
import { signToken } from '../../testing/sign-token.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withConfig } from '../open-instance.ts'
import { warn } from '../report-fault.ts'
import {
  chooseAlgorithm,
  fromSecret,
  readPrivateKey,
  readSecretKey,
  weaknessOf,
  type MintKey,
} from './signing-key.ts'
import { excludeEachOther, unknownName, usageError } from '../usage-error.ts'

export interface MintOptions {
  readonly iss?: string
  readonly aud?: readonly string[]
  readonly sub?: string
  readonly scope?: string
  readonly expires: string
  readonly claim?: readonly string[]
  readonly alg?: string
  readonly secretFile?: string
  readonly secretEncoding: string
  readonly keyFile?: string
  readonly kid?: string
  readonly config?: string
  readonly issuer?: string
}

export async function runTokenMint(cli: Cli, options: MintOptions): Promise<ExitCode> {
  const { secretFile, keyFile, secretEncoding } = options
  if (secretFile !== undefined && keyFile !== undefined) throw excludeEachOther('--secret-file', '--key-file')
  const key =
    secretFile === undefined
      ? keyFile === undefined
        ? undefined
        : await readPrivateKey(keyFile)
      : await readSecretKey(secretFile, secretEncoding)
  if (options.issuer === undefined && options.config === undefined) {
    if (key !== undefined) return mint(cli, options, key, undefined)
    throw usageError(
      'there is nothing to sign with',
      'give --secret-file FILE, --key-file FILE, or -c FILE --issuer NAME',
    )
  }
  return withConfig(cli, options.config, (instance) => {
    const issuer = findIssuer(instance, options.issuer)
    return mint(cli, options, key ?? secretOf(issuer), issuer)
  })
}

function mint(cli: Cli, options: MintOptions, key: MintKey, issuer: IssuerSettings | undefined): ExitCode {
  const algorithm = chooseAlgorithm(key, options.alg, issuer?.algorithms ?? [])
  const claims = mintedClaims(options, issuer, cli.nowMs())
  const kid = options.kid ?? (issuer === undefined ? undefined : firstSecret(issuer.keys)?.kid)
  const token = signToken(claims, { privateKey: key.privateKey, algorithm, kid })
  const weakness = weaknessOf(key, algorithm)
  if (weakness !== undefined) warn(cli, weakness)
  warn(cli, 'this token is for tests; anyone who has it can act as its subject')
  const members = { token, algorithm, kid: kid ?? null, claims }
  writeResult(cli, 'warder.token-mint/v1', members, () => `${token}\n`)
  return EXIT.ok
}

function findIssuer({ config }: Instance, name: string | undefined): IssuerSettings {
  const { issuers } = config.settings
  const names = issuers.map((issuer) => issuer.name)
  const found =
    name === undefined && issuers.length === 1 ? issuers[0] : issuers.find((issuer) => issuer.name === name)
  if (found !== undefined) return found
  if (name === undefined)
    throw usageError(
      'the configuration has several issuers',
      `name one: --issuer ${names.join(', --issuer ')}`,
    )
  throw unknownName('--issuer', 'issuer', 'issuers', name, names)
}

/** Of several secrets the first: during a rotation that is where the new one belongs. */
const firstSecret = (keys: KeySettings): SettingsOf<'secret'> | undefined =>
  sourcesOf(keys).find((one): one is SettingsOf<'secret'> => one.kind === 'secret')

function secretOf({ keys, name }: IssuerSettings): MintKey {
  const first = firstSecret(keys)
  if (first !== undefined) return fromSecret(first.secret)
  throw usageError(
    `Warder has only public keys of the issuer ${quoted(name)}, and they cannot sign`,
    'get a token from the issuer itself, or give its private key: --key-file FILE; for a first try without an issuer, write `keys: { secret: "${file:secret}" }`',
  )
}

/**
 * Claims from flags, over those that the issuer's settings ask for. `--claim` has the last word.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function mintedClaims(
  options: MintOptions,
  issuer: IssuerSettings | undefined,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const now = Math.floor(nowMs / 1000)
  const audience = options.aud ?? issuer?.audience ?? []
  const members: readonly (readonly [string, unknown])[] = [
    // The tenant of a template is not known.
    ['iss', options.iss ?? (issuer?.anyTenant === undefined ? issuer?.issuer : undefined) ?? undefined],
    ['sub', options.sub],
    ['aud', audience.length > 1 ? audience : audience[0]],
    ['iat', now],
    ['exp', now + lifetimeSeconds(options.expires)],
    [issuer?.scopeClaims?.[0] ?? 'scope', options.scope],
    ...(options.claim ?? []).map(parseClaim),
  ]
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

function lifetimeSeconds(text: string): number {
  const ms = parseDuration(text)
  if (ms.ok) return Math.floor(ms.value / 1000)
  throw usageError(`--expires: ${ms.error.message}`, ...(ms.error.hints ?? []))
}

function parseClaim(text: string): readonly [string, unknown] {
  const equals = text.indexOf('=')
  const hint = `write --claim 'name=json': --claim admin=true --claim 'tenant="acme"' --claim 'roles=["clerk"]'`
  if (equals < 1) throw usageError('--claim: no name and value', hint)
  const value = parseStrictJson(text.slice(equals + 1))
  if (value.ok) return [text.slice(0, equals), value.value]
  throw usageError(`--claim: the value cannot be used: ${value.error}; text needs quotes`, hint)
}
