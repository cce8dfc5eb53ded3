/** Settings of rate limits: of listeners, routes and upstreams. */

/**
 * Whom a request is counted for. What is absent, or in doubt, is counted by address.
 *
 * - `address`: the client's; of IPv6 its network of 64 bits. The default.
 * - `identity`: value of an identity header that Warder sets for this request.
 * - `header`, `cookie`: value that the client sends, and so may choose.
 */
export type RateKey =
  | { readonly kind: 'address' }
  | { readonly kind: 'identity' | 'header' | 'cookie'; readonly name: string }

/** How many requests one client may send. */
export interface RateLimitSettings {
  readonly requests: number
  /** Length of the sliding window. */
  readonly perMs: number
  readonly by: RateKey
}
