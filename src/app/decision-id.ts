/** Decision ids: ULIDs, increasing within a millisecond. */

// Crockford's base 32, in the order of its values.
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Characters of the time, and of the random part that is drawn once a millisecond; the counter's six stand behind them. */
const TIME_LENGTH = 10
const DRAWN_LENGTH = 10

// The counter starts in the lower half of its 30 bits, so that half a billion ids of one millisecond fit.
const COUNTER_START_LIMIT = 2 ** 29

/**
 * Makes a source of ids. The usual library takes 0.8 µs for one, a fifth of a whole decision; here the time and
 * the random part are written once a millisecond, and an id is one short number behind them.
 *
 * @param nowMs Epoch milliseconds.
 * @param random Uniform in [0, 1). Ids tell decisions apart and guard nothing, so they need not be unguessable.
 */
export function createIdSource(nowMs: () => number, random: () => number): () => string {
  let lastMs = -1
  let prefix = ''
  let counter = 0
  return () => {
    const now = nowMs()
    if (now !== lastMs) {
      lastMs = now
      prefix = toBase32(now, TIME_LENGTH) + toBase32(Math.floor(random() * 2 ** 50), DRAWN_LENGTH)
      counter = Math.floor(random() * COUNTER_START_LIMIT)
    }
    return prefix + counterText(counter++)
  }
}

// Two digits at a time: an id is then three short strings behind each other.
const PAIRS: readonly string[] = [...DIGITS].flatMap((first) => [...DIGITS].map((second) => first + second))

/** The counter's 30 bits as six digits. */
const counterText = (value: number): string =>
  `${PAIRS[(value >>> 20) & 1023]}${PAIRS[(value >>> 10) & 1023]}${PAIRS[value & 1023]}`

function toBase32(value: number, length: number): string {
  let text = ''
  for (let rest = value, i = 0; i < length; i++) {
    text = DIGITS.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}
