/** Where requests are counted: in memory, or wherever else several processes can count together. */

/** One limit, as a store knows it. */
export interface RateLimit {
  /**
   * What its counts are kept under: unique in a configuration, and the same in every process and after every
   * reload that has this limit, whatever `requests` is then.
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
 * - Taking is one atomic step at the store, by the store's own clock: two processes that read, decide and write
 *   would both let the last request through.
 * - A request over the limit is not counted, so that a client that goes on asking is let in again.
 * - The answer comes within a bound that a request can wait for, some 50 ms. A store that does not answer is neither
 *   a way around the limit nor a way to shut everyone out: until it is back, the same limits are counted in the
 *   memory of each process ({@link createMemoryRateStore}), so that a client has at most one share for each of them.
 * - Counts expire by themselves, two windows after the last request. What is kept is bounded, and what is forgotten
 *   first has the least to say.
 * - Keys are digests wherever they are made of what a client sends or of who it is: no API key, cookie or name lies
 *   in the store.
 */
export interface RateStore {
  /**
   * Counts a request.
   *
   * @param key Of the client; at most 64 characters.
   * @returns Seconds after which the client may come back; 0 if this one is within the limit. A number where it is
   *   known at once, which costs no promise. A promise that is rejected is a refusal.
   */
  take(limit: RateLimit, key: string): number | Promise<number>
  /** Told which limits there are from now on: the counts of all others may be forgotten. */
  retain(limits: readonly RateLimit[]): void
}
