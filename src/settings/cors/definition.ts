/** Settings of cross-origin requests of browsers to a route: plain data, as the configuration hands them over. */

export interface CorsSettings {
  /** `https://app.example.com`, `https://*.example.com`, or `*` alone for all; lower case. Never empty. */
  readonly origins: readonly string[]
  /** Methods that scripts may use beside the simple ones. Default: those of the route, else all usual ones. */
  readonly methods: readonly string[]
  /** Request headers that scripts may set. Default `Authorization`, `Content-Type`. */
  readonly headers: readonly string[]
  /** Answer headers that scripts may read. Default `X-Decision-Id`, `X-Decision-Reason`. */
  readonly expose: readonly string[]
  /** Whether browsers may send cookies; not with `*`. Default false. */
  readonly credentials: boolean
  /** How long a browser may remember the answer to a preflight, in milliseconds. Default 10 min. */
  readonly maxAgeMs: number
}
