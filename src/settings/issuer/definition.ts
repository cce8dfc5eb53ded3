/** A trusted issuer: what its tokens must be, and where its keys are. */
import { z } from 'zod'
import { ALGORITHM_NAMES, isHmac, type Algorithm } from '../../syntax/algorithms.ts'
import { distinct, listByName, shorthand, texts } from '../kinds/collections.ts'
import {
  refined,
  type Checked,
  type FillContext,
  type Kind,
  type Value,
  type WriteOptions,
} from '../kinds/kind.ts'
import { OPERATORS, type ClaimRuleSettings } from '../claim-rule/definition.ts'
import { assertClaimPath, formatClaimPath } from '../../syntax/claim-path.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { durationInSeconds, offByDefault, text, word } from '../kinds/values.ts'
import { fillKeySource, KEY_MAPS, type KeySettings } from '../keys/key-source.ts'
import { hasSecrets, keyPartsOf } from '../keys/parts.ts'
import { parseAlgorithm, parseName, parseTenant, parseTyp } from '../values/texts.ts'
import { PRESET_NAMES } from './presets.ts'

const YEAR_MS = 365 * 24 * 3_600_000

/** A list, or the word `any` for whatever there is. */
const orAny = <C, V extends {}>(kind: Kind<C, V>, type: string): Kind<C | null, V | null, ''> => ({
  ...kind,
  unit: '',
  type,
  schema: z.union([z.literal('any').transform(() => null), kind.schema]),
  read: (checked, context) => (checked === null ? null : kind.read(checked, context)),
  write: (value, options) => (value === null ? 'any' : kind.write(value, options)),
})

/** A rule, or the texts of which the claim must be one. */
const claimRule = shorthand(texts('text, or a list of them'), OPERATORS, (values) => ({ in: values }))

/** Names of claims, dots and all: in the settings each is a path of one name. */
const claims = refined(
  listByName('path', text('claim name'), claimRule),
  (rules): readonly ClaimRuleSettings[] =>
    rules.map((rule) => ({ ...rule, path: formatClaimPath([rule.path]) })),
  (rules) => rules.map((rule) => ({ ...rule, path: assertClaimPath(rule.path).join('.') })),
)

const WORDS = section({
  name: optional(text('1 to 64 of `A-Z a-z 0-9 _ . -`', parseName), 'Name in logs, metrics and policies.', {
    absent: 'the host of `issuer`, else `issuer-N`',
  }),
  issuer: required(
    orAny(text(), 'text, or the word `any`'),
    'Exact `iss` of its tokens, compared code point by code point. With `{tenant}` it is a [template](#issuers-by-template); the word `any` accepts every issuer.',
    { absent: 'required without a `preset`' },
  ),
  issuer_aliases: optional(
    texts('list of texts'),
    'Other exact `iss` values that this same issuer writes. Only documented aliases are accepted; at present that is `accounts.google.com` for `https://accounts.google.com`.',
  ),
  tenants: optional(
    orAny(texts('list of tenants', { parse: parseTenant }), 'list, or the word `any`'),
    'Accepted values of `{tenant}`. The word `any` accepts every tenant; it needs `tenant_claim`, and keys that do not depend on the tenant.',
  ),
  tenant_claim: optional(text('claim name'), 'Claim that must equal the tenant in `iss`, such as `tid`.'),
  audience: required(
    orAny(texts(), 'list, or the word `any`'),
    'Accepted `aud` values; a token needs one of them. The word `any` accepts every audience; `[any]` is the audience called "any".',
  ),
  audience_claim: optional(
    word('client_id', 'azp', 'cid', 'appid'),
    'Claim that holds the audience, for issuers whose access tokens have no `aud`.',
    { absent: '`aud`' },
  ),
  keys: optional(KEY_MAPS, "Where the issuer's keys come from, or a list of such key sources.", {
    absent: 'discovery',
  }),
  algorithms: optional(
    distinct(texts<Algorithm>('list of `alg` names', { parse: parseAlgorithm, known: ALGORITHM_NAMES })),
    'Accepted `alg` values. A key verifies only the algorithms of its own type, curve and size.',
    { absent: '`HS256` with `secret`; else every public-key algorithm of the runtime' },
  ),
  leeway: withDefault(durationInSeconds(0, 300_000), '30s', 'Clock tolerance for `exp`, `nbf` and `iat`.'),
  max_age: optional(
    durationInSeconds(1_000, 10 * YEAR_MS),
    'Longest time since `iat`; the token must then have an `iat`.',
    { absent: 'no limit' },
  ),
  typ: optional(
    texts('list', { parse: parseTyp }),
    'Accepted `typ` values, such as `at+jwt`, in any letter case, with or without `application/`.',
    { absent: 'not checked' },
  ),
  require: withDefault(
    texts('list of claim names'),
    [],
    'Claims that must be present; `exp` always must be.',
  ),
  claims: optional(claims, 'Required values of claims in every token: a text, a list of texts, or a map.', {
    absent: 'none',
  }),
  scope_claims: optional(
    texts('list of claim names'),
    'Claims that hold [scopes](#scopes). All of these are read, and no others.',
    { absent: '`[scope, scp]`' },
  ),
  allow_missing_exp: offByDefault('Accept tokens that never expire.'),
  require_kid: offByDefault('Deny tokens without a `kid`.'),
  allow_sender_constrained: offByDefault(
    'Accept tokens that are bound to a key (`cnf`, RFC 7800) without proof of possession.',
  ),
})

/** Inputs of presets, which are expanded before this is read: they are here for editors and for the reference. */
const PRESET = section({
  preset: optional(word(...PRESET_NAMES), 'Settings of a [known provider](#presets); explicit settings win.'),
  url: optional(text('URL'), 'With `keycloak` and `gitlab-ci`: base URL of the server.', {
    absent: 'required for `keycloak`; `https://gitlab.com` for `gitlab-ci`',
  }),
  realm: optional(text(), 'With `keycloak`: name of the realm.', { absent: 'required' }),
  domain: optional(text('host'), 'With `auth0` and `okta`: domain of the organization.', {
    absent: 'required',
  }),
  authorization_server: optional(text(), 'With `okta`: id of the authorization server.', {
    absent: '`default`',
  }),
  pool: optional(text(), 'With `cognito`: id of the user pool.', { absent: 'required' }),
  region: optional(text(), 'With `cognito`: region of the user pool.', { absent: 'the region in `pool`' }),
  trust_domain: optional(text(), 'With `spiffe`: the trust domain.', { absent: 'required' }),
  bundle_url: optional(text('URL'), 'With `spiffe`: URL of the trust bundle.', {
    absent: 'none: configure `keys`',
  }),
})

const ALL_WORDS = section({ ...WORDS.shape, ...PRESET.shape }, 'A trusted token issuer.')

export type IssuerConfig = Checked<typeof ALL_WORDS>
type IssuerWords = Value<typeof WORDS>

/** Claims that name the client a token was made for, at issuers whose access tokens have no `aud`. */
export type AudienceClaim = NonNullable<IssuerWords['audienceClaim']>

/**
 * A null `issuer` accepts tokens of any or no issuer, a null `audience` tokens for anyone: both are relaxations, and
 * written `any`. With `anyTenant`, `issuer` is a template.
 */
export interface IssuerSettings extends Omit<
  IssuerWords,
  'name' | 'tenants' | 'tenantClaim' | 'keys' | 'algorithms'
> {
  readonly name: string
  /** Accept every tenant of the template `issuer` that this claim of the token names (a relaxation). */
  readonly anyTenant?: { readonly claim: string }
  /** Accepted `alg` values, never empty. */
  readonly algorithms: readonly Algorithm[]
  readonly keys: KeySettings
}

/** Without presets and tenants, which are expanded before: see tenants.ts. */
export const ISSUER: Kind<IssuerConfig, IssuerSettings, ''> = {
  ...ALL_WORDS,
  read(issuer: IssuerConfig, context: FillContext) {
    const { name = '', tenants, tenantClaim = '', algorithms, ...rest } = WORDS.read(issuer, context)
    return {
      name,
      ...rest,
      ...(tenants === null && { anyTenant: { claim: tenantClaim } }),
      algorithms: algorithms ?? usualAlgorithms(issuer, context),
      keys: fillKeys(issuer, name, context),
    }
  },
  write({ anyTenant, ...rest }: IssuerSettings, options: WriteOptions) {
    const tenants = anyTenant && { tenants: null, tenantClaim: anyTenant.claim }
    return WORDS.write({ ...rest, ...tenants }, options)
  },
  files: (issuer) => WORDS.files?.(issuer) ?? [],
}

/**
 * A secret verifies HS256. Public keys verify every public-key algorithm that the runtime has, which is safe
 * because a key only ever verifies the algorithms of its own type; HMAC is never among them.
 */
const usualAlgorithms = (
  issuer: IssuerConfig,
  { supportedAlgorithms: supported }: FillContext,
): readonly Algorithm[] =>
  hasSecrets(issuer) ? ['HS256'] : ALGORITHM_NAMES.filter((name) => !isHmac(name) && supported.has(name))

function fillKeys(issuer: IssuerConfig, name: string, context: FillContext): KeySettings {
  const sources = keyPartsOf(issuer).map(({ keys }, i) =>
    fillKeySource(keys, {
      ...context,
      issuer: issuer.issuer ?? '',
      // No name has a `+`: the file of one issuer's second source is never another issuer's.
      name: i === 0 ? name : `${name}+${i + 1}`,
    }),
  )
  const [first] = sources
  return first !== undefined && sources.length === 1 ? first : { kind: 'several', sources }
}
