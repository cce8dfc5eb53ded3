/** Ends connections from time to time, so that none can fill the memory with unread answers. */

/** nginx, too, ends a connection after a thousand requests. */
const MEAN_ANSWERS = 1_000
/** Fewest answers between two that end their connections; docs/nginx.md names it. */
export const FEWEST_ANSWERS = MEAN_ANSWERS / 2

/**
 * The runtime keeps the answers that a client does not read, without a bound, and goes on reading its requests: a client
 * that pipelines could fill the memory. Handlers cannot tell connections apart. So about one answer in a thousand, of
 * all connections together, ends its connection, which frees what was kept for it. At random, or an attacker could
 * have these answers go to another connection.
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
