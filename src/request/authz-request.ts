/** The judged request, in the one form that every room reads. */

/**
 * Header fields by lower-case name. A repeated field is given as one value joined with `, ` (RFC 9110 §5.3),
 * `Cookie` with `; `; so a comma in a field that cannot have one means repetition. The Fetch API's `Headers` fits.
 */
export interface HeaderReader {
  get(lowerCaseName: string): string | null
}

export interface AuthzRequest {
  /** As sent; methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** Lower case, without port and trailing dot; IPv6 in brackets. */
  readonly host: string
  /** Raw path of the request target, before any `?`. Compare only after canonicalizePath. */
  readonly path: string
  /** Raw query after the first `?`; empty if there is none. */
  readonly query: string
  readonly headers: HeaderReader
}
