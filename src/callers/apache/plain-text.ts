/** Text that can be written into Apache's configuration and into Lua, without a meaning of its own in either. */

const WORD = String.raw`[^\s"'\\#$%<>;,{}]+`

export const APACHE_WORD = new RegExp(`^${WORD}$`)
/** `*`, an IPv6 address in brackets, or a name, then a port. */
export const APACHE_LISTEN = /^(?:(?:\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):)?(\d{1,5})$/
export const APACHE_HOST = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** An application without a path, because Apache passes on the judged one. */
export const APACHE_APPLICATION = /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/
/** @throws TypeError when the value holds a character that means something in Apache's configuration. */
export function assertApacheText(option: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value))
    throw new TypeError(`${option}: ${JSON.stringify(value)} cannot be written into an Apache configuration`)
}
