/**
 * What the process remembers between requests, under every configuration. `app/` makes it once and hands it to every
 * configuration, so that a reload forgets nothing. A store is in memory, or shared by several processes.
 */

export interface Stores {
  /** How many requests were counted. */
  readonly rates: RateStore
}

/** One limit, as a store knows it. */
export interface RateLimit {
  /**
   * Its counts are kept under this id: unique in a configuration, and the same in every process and after every
   * reload that has this limit, even if `requests` has changed.
   */
  readonly id: string
  /** Most requests of one key within a sliding window. */
  readonly requests: number
  /** Length of the window. */
  readonly perMs: number
}

/**
 * Counts requests by limit and key. A store that several processes share has to keep this:
 *
 * - Counting is one atomic step at the store, by the store's own clock: two processes that read, decide and write
 *   would both allow the last request.
 * - A request over the limit is not counted, so that a client that keeps asking is allowed again.
 * - The answer comes within a bound that a request can wait for, about 50 ms. A store that does not answer neither
 *   lifts the limit nor denies every request: until it is back, the same limits are counted in the memory of each
 *   process, so that a client has at most the limit once in each of them.
 * - Counts expire by themselves, two windows after the last request. Their number is bounded, and the smallest counts
 *   are forgotten first.
 * - Keys made from a client's headers or identity are digests: no API key, cookie or name is in the store.
 */
export interface RateStore {
  /**
   * Counts a request.
   *
   * @param key Of the client; at most 64 characters.
   * @returns Seconds until the client may try again; 0 if this request is within the limit. A number if it is known
   *   at once, which costs no promise. A rejected promise denies the request.
   */
  count(limit: RateLimit, key: string): number | Promise<number>
  /** These are the limits from now on: the counts of all others may be forgotten. */
  retain(limits: readonly RateLimit[]): void
}
