/** What Envoy hides when it asks. */

/** Outside UTF-8 in any context, as an escape. */
const BYTE_OUTSIDE_UTF8 = '%FF'

/**
 * Envoy writes `!` in place of each byte of a path that is not UTF-8 (its filter cleans every text of a Check, also when
 * it asks over HTTP), while the application gets the bytes: `/x/!!!!!!closed` may be an overlong `/x/../closed`. Which
 * byte it was, nobody can tell any more, so each `!` counts as such a byte, and the decision is as strict about it as
 * about one that was sent: denied, unless the route has `encoded: keep`.
 */
export const withHiddenBytes = (path: string): string =>
  path.includes('!') ? path.replaceAll('!', BYTE_OUTSIDE_UTF8) : path
