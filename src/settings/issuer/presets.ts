/** What is known of identity providers: a few inputs, and the settings that follow from them. */

/** One input of a preset. Inputs are keys of the issuer; they are gone after the expansion. */
export interface PresetInput {
  readonly pattern: RegExp
  /** What is expected, for the message. */
  readonly example: string
  /** Absent: the input is required. */
  readonly fallback?: (inputs: PresetInputs) => string
}

export type PresetInputs = Readonly<Record<string, string>>

/** Settings of an issuer as they would be written in the file. */
export type PresetSettings = Readonly<Record<string, unknown>> & {
  readonly keys?: Readonly<Record<string, unknown>>
}

export interface Preset {
  readonly inputs: Readonly<Record<string, PresetInput>>
  /** The issuer is a template. */
  readonly needsTenants?: true
  /** The key set that verifies tokens of every tenant; discovery gives that of one. */
  readonly keysOfAllTenants?: string
  readonly expand: (inputs: PresetInputs) => PresetSettings
}

const required = (pattern: RegExp, example: string): PresetInput => ({ pattern, example })
const optional = (
  pattern: RegExp,
  example: string,
  fallback: (inputs: PresetInputs) => string,
): PresetInput => ({ pattern, example, fallback })

const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/
const URL_BASE = /^https?:\/\/[^\s?#@{}]+$/
/** A path segment. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9_.~-]*$/

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

const GOOGLE = 'https://accounts.google.com'

/** Issuers that write their name in more than one way. Nobody else's keys may vouch for a second name. */
export const KNOWN_ALIASES: Readonly<Record<string, readonly string[]>> = {
  // https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
  [GOOGLE]: ['accounts.google.com'],
}

const PRESETS = {
  keycloak: {
    inputs: {
      url: required(URL_BASE, 'https://keycloak.example.com'),
      realm: required(SEGMENT, 'main'),
    },
    // The claim `typ` tells access tokens from ID and refresh tokens, which the same keys sign.
    expand: ({ url = '', realm = '' }) => ({
      issuer: `${withoutSlash(url)}/realms/${realm}`,
      claims: { typ: ['Bearer', 'DPoP'] },
    }),
  },
  entra: {
    inputs: {},
    needsTenants: true,
    keysOfAllTenants: 'https://login.microsoftonline.com/organizations/discovery/v2.0/keys',
    expand: () => ({
      issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
      tenant_claim: 'tid',
      algorithms: ['RS256'],
    }),
  },
  auth0: {
    inputs: { domain: required(HOST, 'example.eu.auth0.com') },
    // With the slash: it is a part of the `iss`.
    expand: ({ domain = '' }) => ({ issuer: `https://${domain}/`, algorithms: ['RS256'] }),
  },
  okta: {
    inputs: {
      domain: required(HOST, 'example.okta.com'),
      authorization_server: optional(SEGMENT, 'default', () => 'default'),
    },
    expand: ({ domain = '', authorization_server: server = '' }) => ({
      issuer: `https://${domain}/oauth2/${server}`,
      algorithms: ['RS256'],
    }),
  },
  cognito: {
    inputs: {
      pool: required(/^[a-z]{2}(-[a-z]+)+-\d+_[A-Za-z0-9]+$/, 'eu-central-1_AbCdEf123'),
      region: optional(
        /^[a-z]{2}(-[a-z]+)+-\d+$/,
        'eu-central-1',
        ({ pool = '' }) => pool.split('_')[0] ?? '',
      ),
    },
    expand: ({ region = '', pool = '' }) => {
      const issuer = `https://cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${pool}`
      return {
        issuer,
        // Access tokens have no `aud`; they name the app client, and say that they are no ID tokens.
        audience_claim: 'client_id',
        claims: { token_use: 'access' },
        keys: { jwks_url: `${issuer}/.well-known/jwks.json` },
        algorithms: ['RS256'],
      }
    },
  },
  google: {
    inputs: {},
    expand: () => ({
      issuer: GOOGLE,
      issuer_aliases: KNOWN_ALIASES[GOOGLE],
      algorithms: ['RS256'],
    }),
  },
  'github-actions': {
    inputs: {},
    expand: () => ({
      issuer: 'https://token.actions.githubusercontent.com',
      algorithms: ['RS256'],
      require: ['sub', 'repository'],
    }),
  },
  'gitlab-ci': {
    inputs: { url: optional(URL_BASE, 'https://gitlab.example.com', () => 'https://gitlab.com') },
    // People who log in have tokens of the same issuer, but those have no project.
    expand: ({ url = '' }) => ({
      issuer: withoutSlash(url),
      algorithms: ['RS256'],
      require: ['sub', 'project_path'],
    }),
  },
  kubernetes: {
    inputs: {},
    // Discovery would announce an address of the API server that pods may not reach, and asks for no credentials.
    expand: () => ({
      issuer: 'https://kubernetes.default.svc.cluster.local',
      keys: {
        jwks_url: 'https://kubernetes.default.svc/openid/v1/jwks',
        ca_file: `${SERVICE_ACCOUNT}/ca.crt`,
        bearer_file: `${SERVICE_ACCOUNT}/token`,
      },
      algorithms: ['RS256', 'ES256', 'ES384', 'ES512'],
      claims: { sub: { starts_with: 'system:serviceaccount:' } },
    }),
  },
  spiffe: {
    inputs: {
      trust_domain: required(/^[a-z0-9._-]{1,255}$/, 'example.org'),
      bundle_url: optional(URL_BASE, 'https://spire.example.org/bundle', () => ''),
    },
    // JWT-SVID §2.1, §3.1; the keys of a bundle are marked with a use of their own (SPIFFE Trust Domain and Bundle §4).
    expand: ({ trust_domain: domain = '', bundle_url: bundle = '' }) => ({
      ...(bundle === '' ? {} : { keys: { jwks_url: bundle, key_use: 'jwt-svid' } }),
      algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
      claims: { sub: { starts_with: `spiffe://${domain}/` } },
    }),
  },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof PRESETS

/** Names in the order of the table, for the schema. */
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]]

export const presetOf = (name: unknown): Preset | undefined =>
  typeof name === 'string' && Object.hasOwn(PRESETS, name) ? PRESETS[name as PresetName] : undefined

/** Every key that is an input of some preset. */
export const PRESET_INPUTS: ReadonlySet<string> = new Set(
  PRESET_NAMES.flatMap((name) => Object.keys(PRESETS[name].inputs)),
)

const withoutSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url)
