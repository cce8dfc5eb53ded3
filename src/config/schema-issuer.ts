/** The part of the schema that describes issuers and their keys. */
import { z } from 'zod'
import { ALGORITHM_NAMES } from '../syntax/algorithms.ts'
import {
  parseAlgorithm,
  parseName,
  parseTenant,
  parseThumbprint,
  parseTyp,
} from '../settings/values/texts.ts'
import { PRESET_NAMES } from './presets.ts'
import { REACH_SHAPE } from './schema-reach.ts'
import { byteSize, durationMs, flag, listOf, literalText, strictMap, text, textList } from './schema-leaf.ts'

const EncodingSchema = z.enum(['utf8', 'base64', 'base64url', 'hex'])

/** A shared secret with what belongs to it alone. */
const SecretSchema = z.union([
  z.string().transform((value): SecretConfig => ({ value })),
  strictMap({
    value: z.string().describe('the secret; best written as ${file:…} or ${NAME}'),
    kid: text().optional().describe('key id; tokens that name another are not checked with this secret'),
    encoding: EncodingSchema.optional().describe('how it is written; default that of the list, else utf8'),
  }),
])

/** One shared secret of a list. */
export interface SecretConfig {
  readonly value: string
  readonly kid?: string | undefined
  readonly encoding?: z.output<typeof EncodingSchema> | undefined
}

const KeysSchema = strictMap({
  jwks_url: textList()
    .optional()
    .describe('URL of a JWK set, https:// unless allow_http; of a list, each is a key source of its own'),
  metadata_url: text()
    .optional()
    .describe('where the metadata is, when it is not below the issuer; it must name the issuer all the same'),
  jwks_file: text()
    .optional()
    .describe('file with a JWK set, relative to this file; read again when it changes'),
  pem_file: textList().optional().describe('file or files with a public key or certificate in PEM'),
  pem: z
    .union([z.string().transform((text): readonly string[] => [text]), listOf(literalText())])
    .optional()
    .describe('the public key or certificate itself, in PEM'),
  jwks: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .describe('the JWK set itself, as a map or as JSON'),
  allow_symmetric: flag()
    .optional()
    .describe('the JWK set file holds shared secrets (kty oct), and only those are used; default false'),
  secret: z
    .union([z.string().transform((value): readonly SecretConfig[] => [{ value }]), listOf(SecretSchema)])
    .optional()
    .describe('shared HMAC secret, or a list of them; best written as ${file:…} or ${NAME}'),
  encoding: EncodingSchema.optional().describe('how the secret is written; default utf8'),
  key_use: z
    .enum(['sig', 'jwt-svid'])
    .optional()
    .describe('`use` of the keys that are accepted; default sig'),
  kid: text().optional().describe('key id of the secret; tokens that name another are refused'),
  allow_short_secret: flag()
    .optional()
    .describe('accept a secret shorter than the digest, though never below 16 bytes; default false'),
  allow_http: flag().optional().describe('fetch keys over http://, for loopback and tests; default false'),
  timeout: durationMs(100, 60_000).optional().describe('deadline of a whole fetch; default 5s'),
  max_bytes: byteSize(1_024, 16 * 1024 ** 2)
    .optional()
    .describe('largest answer; default 1MiB'),
  refresh: durationMs(1_000, 24 * 3_600_000)
    .optional()
    .describe('time between background refreshes when an answer does not say how long it holds; default 10m'),
  min_refresh: durationMs(1_000, 24 * 3_600_000)
    .optional()
    .describe('least time between refreshes, whatever an answer says; default 60s'),
  max_refresh: durationMs(1_000, 24 * 3_600_000)
    .optional()
    .describe('longest time between refreshes, whatever an answer says; default 1h'),
  max_stale: durationMs(60_000, 30 * 24 * 3_600_000)
    .optional()
    .describe('how long the last good keys are used while none can be loaded; default 24h'),
  cooldown: durationMs(1_000, 3_600_000)
    .optional()
    .describe('least time between two fetches caused by unknown key ids; default 30s'),
  first_fetch_wait: durationMs(0, 10_000)
    .optional()
    .describe('longest that requests wait for a fetch under way; default 1s'),
  startup: z
    .enum(['wait', 'serve', 'snapshot'])
    .optional()
    .describe('what a start does before the keys are there; default serve'),
  snapshot_file: text()
    .optional()
    .describe('where the keys are kept, relative to this file; default: a file in state_dir'),
  pin: textList(parseThumbprint)
    .optional()
    .describe('RFC 7638 SHA-256 thumbprints of the only keys that are accepted; default: all'),
  ...REACH_SHAPE,
}).describe('where the keys come from; with fetch options alone: discovery from the issuer')

const ClaimValueSchema = z.union([
  textList().pipe(z.transform((values: readonly string[]) => ({ in: values }))),
  strictMap({
    in: textList().optional().describe('one of these texts'),
    starts_with: text().optional().describe('the beginning of the text'),
  }),
])

/** Inputs of presets. They are expanded before this schema is asked, and are here for editors. */
const PRESET_SHAPE = {
  url: text().optional().describe('preset keycloak, gitlab-ci: where it is'),
  realm: text().optional().describe('preset keycloak: the realm'),
  domain: text().optional().describe('preset auth0, okta: the domain of the organization'),
  authorization_server: text().optional().describe('preset okta: the authorization server; default default'),
  pool: text().optional().describe('preset cognito: id of the user pool'),
  region: text().optional().describe('preset cognito: the region; default: that of the pool'),
  trust_domain: text().optional().describe('preset spiffe: the trust domain'),
  bundle_url: text().optional().describe('preset spiffe: URL of the trust bundle'),
} as const

const any = z.literal('any').transform(() => null)

export const IssuerSchema = strictMap({
  name: text(parseName)
    .optional()
    .describe('name in logs, metrics and policies; default: made from the host of issuer'),
  issuer: z
    .union([any, text()])
    .describe('exact `iss` of its tokens, with {tenant} a template; the word `any` accepts every issuer'),
  issuer_aliases: textList()
    .optional()
    .describe('other exact `iss` values that this very issuer is known to write; Google has one'),
  tenants: z
    .union([any, textList(parseTenant)])
    .optional()
    .describe(
      'what {tenant} may be; the word `any` accepts every tenant, with tenant_claim and keys of one place',
    ),
  tenant_claim: text().optional().describe('claim that must be the tenant of the issuer, for example tid'),
  audience: z
    .union([any, textList()])
    .describe('accepted `aud` values, any of them; the word `any` accepts every audience'),
  audience_claim: z
    .enum(['client_id', 'azp', 'cid', 'appid'])
    .optional()
    .describe('claim that holds the audience, for issuers whose tokens have no aud; default aud'),
  keys: z
    .union([KeysSchema, listOf(KeysSchema)])
    .optional()
    .describe('where the keys come from, or a list of such places, which are all asked; default: discovery'),
  algorithms: textList(parseAlgorithm, ALGORITHM_NAMES)
    .optional()
    .describe('accepted `alg` values; default HS256 for a secret, else every public-key algorithm'),
  leeway: durationMs(0, 300_000).optional().describe('clock tolerance for exp, nbf and iat; default 30s'),
  max_age: durationMs(1_000, 10 * 365 * 24 * 3_600_000)
    .optional()
    .describe('longest time since `iat`; default: no limit'),
  typ: textList(parseTyp)
    .optional()
    .describe('accepted `typ` values, for example at+jwt; default: not checked'),
  require: textList().optional().describe('claims that must be present'),
  claims: z
    .record(text(), ClaimValueSchema)
    .optional()
    .describe('what claims of every token must be: a text, a list of them, or a map'),
  scope_claims: textList()
    .optional()
    .describe('claims that hold scopes, all of these and no other; default scope and scp'),
  allow_missing_exp: flag().optional().describe('accept tokens that never expire; default false'),
  require_kid: flag().optional().describe('refuse tokens without `kid`; default false'),
  allow_sender_constrained: flag()
    .optional()
    .describe('accept tokens bound to a key (`cnf`) without a proof of it; default false'),
  preset: z.enum(PRESET_NAMES).optional().describe('settings of a known provider; explicit ones win'),
  ...PRESET_SHAPE,
}).describe('a trusted token issuer')

export type KeysConfig = z.output<typeof KeysSchema>
export type IssuerConfig = z.output<typeof IssuerSchema>
