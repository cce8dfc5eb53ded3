/** Settings of a key source, as the configuration hands them over: checked for shape, not yet for content. */

/** Bounds of a remote key source. All have defaults; none may be unlimited. */
export interface RemoteKeySettings {
  /** Accept `http://` URLs. An attacker on the path then chooses the keys: for loopback and tests. Default false. */
  readonly allowHttp: boolean
  /** Whole fetch, connect to last byte, in milliseconds. Default 5,000. */
  readonly timeoutMs: number
  /** Largest answer in bytes. Default 1 MiB. */
  readonly maxBytes: number
  /** Time between background refreshes, in milliseconds. Default 10 minutes. */
  readonly refreshMs: number
  /** Least time between two fetches caused by unknown kids, counted from the attempt, in milliseconds. Default 30,000. */
  readonly cooldownMs: number
  /** Longest that requests wait together for a fetch, in milliseconds. Default 1,000. */
  readonly firstFetchWaitMs: number
}

export type KeySettings =
  | {
      readonly kind: 'secret'
      readonly secret: Uint8Array
      readonly kid?: string
      /** Accept a secret shorter than the digest (RFC 7518 §3.2 forbids it), never below 16 bytes. Default false. */
      readonly allowShortSecret: boolean
    }
  | { readonly kind: 'pem_file'; readonly files: readonly string[] }
  | { readonly kind: 'jwks_file'; readonly file: string }
  | ({ readonly kind: 'jwks_url'; readonly url: string } & RemoteKeySettings)
  /** Metadata from the issuer itself: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3. */
  | ({ readonly kind: 'discovery'; readonly issuer: string } & RemoteKeySettings)
