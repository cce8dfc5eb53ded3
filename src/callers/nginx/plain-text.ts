/** Text that can be written into nginx's configuration, in which `;`, `{`, `$`, quotes and `#` have a meaning. */

const WORD = String.raw`[^\s;{}'"\\$#]+`

export const ONE_WORD = new RegExp(`^${WORD}$`)
export const WORDS = new RegExp(`^${WORD}(?: ${WORD})*$`)
/** An application without a path, so that nginx passes the path on unchanged. */
export const APPLICATION = /^https?:\/\/[^\s;{}'"\\$#/?]+$/
/** Stricter than HTTP: nginx drops header fields with other characters, and its variables cannot name them. */
export const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]*$/

/** @throws TypeError when the value holds a character that means something in nginx's configuration. */
export function assertPlain(option: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value))
    throw new TypeError(`${option}: ${JSON.stringify(value)} cannot be written into an nginx configuration`)
}
