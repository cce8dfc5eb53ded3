/** Text of a file, made safe to print: a terminal must not obey what a configuration says. */

const CONTROL_CHARACTERS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Control characters and direction overrides become U+FFFD, one for one, so that columns stay true. */
export const printable = (text: string): string => text.replace(CONTROL_CHARACTERS, '\ufffd')

/** `text` in quotes, printable, cut after 60 characters. */
export function quoted(text: string): string {
  const safe = printable(text)
  return `"${safe.length > 60 ? `${safe.slice(0, 60)}…` : safe}"`
}
