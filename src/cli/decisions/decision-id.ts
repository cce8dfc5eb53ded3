/** Ids of decisions, as people copy them. */
import { formatTime } from '../times.ts'
import { usageError } from '../usage-error.ts'

// A ULID: 128 bits in Crockford's base 32, whose first digit is at most 7.
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i

/** Whether a text is the id of a decision. No token is: those have dots. No code is: those have no digits. */
export const isDecisionId = (text: string): boolean => ULID.test(text)

/**
 * The id as the service writes it.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function parseDecisionId(text: string): string {
  if (isDecisionId(text)) return text.toUpperCase()
  throw usageError(
    `this is not the id of a decision, which has 26 letters and digits (not I, L, O, U); here are ${text.length}`,
    'copy the header X-Decision-Id of the answer, or the `id` of the log line',
    'or list the last ones: warder decisions tail --no-follow',
  )
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** The digits of an id that are its time. */
const TIME_LENGTH = 10

/** When it was made, to the second; the time is in the id. */
export const timeOfDecisionId = (id: string): string => formatTime(msOf(id)) ?? 'an impossible time'

/** The smallest id of a time so many milliseconds before. */
export function earlierId(id: string, ms: number): string {
  let text = ''
  for (let rest = Math.max(0, msOf(id) - ms), i = 0; i < TIME_LENGTH; i++) {
    text = DIGITS.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text.padEnd(id.length, '0')
}

/** Epoch milliseconds. */
const msOf = (id: string): number =>
  Array.from(id.slice(0, TIME_LENGTH)).reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0)
