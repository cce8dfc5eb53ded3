/** Tokens in files, for `wrk` to send in turn. */
import type { Bench } from './processes.ts'
import type { Minter } from './tokens.ts'
import { startWrk, type Load } from './wrk.ts'

/**
 * First sights without end: so many tokens in turn, for a cache of so many. Whatever it drops first, at most one in a
 * hundred can still be remembered.
 */
export const UNSEEN = { tokens: 2_000, cacheTokens: 20 } as const

/**
 * Writes distinct tokens into a file, one in each line.
 *
 * @param toToken Default: valid ones of the minter.
 * @returns The path of the file.
 */
export function writeTokens(
  bench: Bench,
  minter: Minter,
  count: number,
  toToken: (index: number) => string = (index) => minter.mint(index),
): Promise<string> {
  const lines = Array.from({ length: count }, (_, index) => `${toToken(index)}\n`)
  return bench.write(
    `tokens-${minter.algorithm}-${count}-${Math.random().toString(36).slice(2)}.txt`,
    lines.join(''),
  )
}

/** Sends each of `count` tokens at least once, in their order. */
export async function sendEach(load: Load, file: string, count: number): Promise<void> {
  for (let from = 0; from < count;)
    from += (await startWrk({ ...load, tokens: { file, from }, seconds: 1 }).report).requests
}
