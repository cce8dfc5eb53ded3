/** Dates of HTTP header fields. */

// IMF-fixdate, the only form that may be sent. `Date.parse` alone takes "1" for a date.
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Epoch milliseconds, or undefined for anything else. The two obsolete forms are not read: nothing sends them.
 *
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(value: string): number | undefined {
  const ms = IMF_FIXDATE.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
