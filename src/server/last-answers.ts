/** Which answers are the last on their connection. */

/** nginx, too, ends a connection after a thousand requests. */
const MEAN_ANSWERS = 1_000
/** Fewest answers from one that ends its connection to the next; docs/nginx.md names it. */
export const FEWEST_ANSWERS = MEAN_ANSWERS / 2

/**
 * The runtime keeps answers that a client does not read, without a bound, and goes on reading its requests: one that
 * pipelines could fill the memory. Nor does it distinguish connections. So about one answer in a thousand, of all
 * connections together, ends its connection, and with it what the client may have kept for it. At random, or an
 * attacker could leave these to another connection.
 *
 * @param random From 0 to below 1.
 * @returns Whether the next answer ends its connection.
 */
export function createLastAnswers(random: () => number = Math.random): () => boolean {
  const next = (): number => Math.ceil(FEWEST_ANSWERS + random() * MEAN_ANSWERS)
  let left = next()
  return () => {
    left -= 1
    if (left > 0) return false
    left = next()
    return true
  }
}
