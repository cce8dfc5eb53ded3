/** Closes connections from time to time, so that none can fill the memory with unread answers. */

/** nginx also closes a connection after a thousand requests. */
const MEAN_ANSWERS = 1_000
/** Fewest answers between two that close their connections; docs/nginx.md documents it. */
export const FEWEST_ANSWERS = MEAN_ANSWERS / 2

/**
 * The runtime keeps the unread answers of a client without a bound, and continues to read its requests: a client that
 * pipelines could fill the memory. Handlers cannot distinguish connections. So about one answer in a thousand, over all
 * connections, closes its connection, which frees the unread answers. The choice is random, or an attacker could
 * direct these answers to another connection.
 *
 * @param random From 0 to below 1.
 * @returns Whether the next answer closes its connection.
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
