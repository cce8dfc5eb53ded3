/** Settings of a key source, as the configuration hands them over: checked for shape, not yet for content. */

/**
 * How a remote key source is reached, where it is not simply there. Files are read again at each fetch, so that a
 * rotated certificate or token is used at once.
 */
export interface ReachSettings {
  /** PEM certificates that the server must be signed by; the system's are then not trusted. */
  readonly caFile?: string
  /** Client certificate and its private key, both in PEM; both or neither. */
  readonly clientCertFile?: string
  readonly clientKeyFile?: string
  /** Extra request headers; their values are secrets. */
  readonly headers?: Readonly<Record<string, string>>
  /** File whose content is sent as `Authorization: Bearer …`. */
  readonly bearerFile?: string
  /** Hosts, with their port where it is not the usual one, that are sent the credentials beside the configured one. */
  readonly sendCredentialsTo?: readonly string[]
  /** Path of a unix socket that every request goes to, whatever host its URL names. */
  readonly unix?: string
  /** `http://` URL of a proxy; may hold a password. */
  readonly proxy?: string
  /** Connect to public addresses only, and to exactly the address that was checked. Default false. */
  readonly denyPrivateAddresses?: boolean
}

/**
 * The `use` of the keys that are accepted. `sig`, the default, accepts keys without one, too (RFC 7517 §4.2);
 * `jwt-svid` does not, because a SPIFFE bundle holds keys of other kinds.
 */
export type KeyUse = 'sig' | 'jwt-svid'

/** Bounds of a remote key source. All have defaults; none may be unlimited. */
export interface RemoteKeySettings {
  /** Accept `http://` URLs. An attacker on the path then chooses the keys: for loopback and tests. Default false. */
  readonly allowHttp: boolean
  /** Whole fetch, connect to last byte, in milliseconds. Default 5,000. */
  readonly timeoutMs: number
  /** Largest answer in bytes. Default 1 MiB. */
  readonly maxBytes: number
  /** Time between background refreshes when the answer does not say how long it holds, in milliseconds. Default 10 minutes. */
  readonly refreshMs: number
  /** Least time between two refreshes, whatever the answer says, in milliseconds. Default 60,000. */
  readonly minRefreshMs: number
  /** Longest time between two refreshes, whatever the answer says, in milliseconds. Default 1 hour. */
  readonly maxRefreshMs: number
  /** How long the last good keys are used while no load succeeds, in milliseconds. Default 24 hours. */
  readonly maxStaleMs: number
  /** Least time between two fetches caused by unknown kids, counted from the attempt, in milliseconds. Default 30,000. */
  readonly cooldownMs: number
  /** Longest that requests wait together for a fetch, in milliseconds. Default 1,000. */
  readonly firstFetchWaitMs: number
  readonly keyUse?: KeyUse
  /** Absent: the network as the process has it. */
  readonly reach?: ReachSettings
  readonly startup: Startup
  /** Where the last good set is kept between runs; with `startup: 'snapshot'`, and only then. */
  readonly snapshot?: SnapshotSettings
  /** RFC 7638 SHA-256 thumbprints: keys with others are ignored. Absent: every key of the issuer is accepted. */
  readonly pin?: readonly string[]
}

export interface SnapshotSettings {
  /** Absolute path. */
  readonly file: string
  /** The issuer that the keys are of; a snapshot of another is not used. */
  readonly issuer: string
}

/** What a start does before the keys are there. */
export type Startup =
  /** The listeners open when the keys have been loaded, or after half a minute without them. */
  | 'wait'
  /** The listeners open at once; until the keys are there, tokens of the issuer are answered with 503. */
  | 'serve'
  /** As `serve`, with the keys that the last run has kept on disk. */
  | 'snapshot'

/** One key source. */
export type OneKeySource =
  | {
      readonly kind: 'secret'
      readonly secret: Uint8Array
      readonly kid?: string
      /** Accept a secret shorter than the digest (RFC 7518 §3.2 forbids it), never below 16 bytes. Default false. */
      readonly allowShortSecret: boolean
    }
  | { readonly kind: 'pem_file'; readonly files: readonly string[] }
  /** The text of PEM files, in the configuration itself. */
  | { readonly kind: 'pem'; readonly texts: readonly string[] }
  /** The text of a JWK set, in the configuration itself. */
  | { readonly kind: 'jwks'; readonly text: string; readonly keyUse?: KeyUse }
  | {
      readonly kind: 'jwks_file'
      readonly file: string
      readonly keyUse?: KeyUse
      /** The set holds shared secrets (`kty: oct`), each with its `kid`, and no other keys are taken from it. */
      readonly allowSymmetric?: true
    }
  | ({ readonly kind: 'jwks_url'; readonly url: string } & RemoteKeySettings)
  /** Metadata from the issuer itself: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3. */
  | ({
      readonly kind: 'discovery'
      readonly issuer: string
      /** Where the metadata is, when it is not below the issuer. */
      readonly metadataUrl?: string
    } & RemoteKeySettings)

/** The settings of one kind of key source. */
export type SettingsOf<Kind extends OneKeySource['kind']> = Extract<OneKeySource, { readonly kind: Kind }>

/** The keys of an issuer. */
export type KeySettings =
  | OneKeySource
  /** Several sources at a time, such as an old realm and its successor. All symmetric, or none of them. */
  | { readonly kind: 'several'; readonly sources: readonly OneKeySource[] }
