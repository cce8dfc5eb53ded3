/** Text that can be written into HAProxy's configuration, where spaces, quotes, backslashes, `#`, `$`, `%`, `,` and `;` have or may get a meaning. */

const WORD = String.raw`[^\s"'\\#$%;,]+`

export const HAPROXY_WORD = new RegExp(`^${WORD}$`)
/** `*`, an IPv6 address in brackets, or a name, then a port. */
export const HAPROXY_LISTEN = /^(?:(?:\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)?:)?(\d{1,5})$/
export const HAPROXY_HOST = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** An application without a path, because HAProxy passes on the judged one. */
export const HAPROXY_APPLICATION = /^(https?):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/
/** @throws TypeError when the value holds a character that means something in HAProxy's configuration. */
export function assertHaproxyText(option: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value))
    throw new TypeError(`${option}: ${JSON.stringify(value)} cannot be written into an HAProxy configuration`)
}
