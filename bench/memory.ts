/** Resident memory after very many distinct tokens. */
import { readResidentMiB } from './memory-of.ts'
import { withBench } from './processes.ts'
import type { Suite } from './suite.ts'
import { createMinter, type Minter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'

const TOKENS = 100_000
const AT_ONCE = 32
// Lets the collector and the allocator release the garbage of the requests; the tokens stay.
const SETTLE_MS = 5_000

export const memorySuite: Suite = {
  name: 'memory',
  about: 'resident memory with 100,000 distinct live tokens, and after as many again',
  run: () =>
    withBench(async (bench) => {
      const minter = createMinter('HS256')
      const { pid, port } = await startWarder(bench, { minter })
      const atStart = readResidentMiB(pid)
      await sendTokens(minter, port, 0, TOKENS)
      const peak = readResidentMiB(pid)
      await Bun.sleep(SETTLE_MS)
      const filled = readResidentMiB(pid)
      // The cache is full: new tokens must replace old ones.
      await sendTokens(minter, port, TOKENS, 2 * TOKENS)
      const peakAgain = readResidentMiB(pid)
      await Bun.sleep(SETTLE_MS)
      const refilled = readResidentMiB(pid)
      const from = (peakMiB: number): string =>
        `${atStart.toFixed(0)} MiB at the first decision, ${peakMiB.toFixed(0)} MiB right after the flood`
      const budget = { atMost: 120 }
      return [
        {
          what: 'memory, 100,000 distinct tokens',
          measured: filled,
          unit: 'MiB',
          budget,
          detail: from(peak),
        },
        {
          what: 'memory, 200,000 distinct tokens',
          measured: refilled,
          unit: 'MiB',
          budget,
          detail: from(peakAgain),
        },
      ]
    }),
}

/** Sends the tokens `from` to `to`, each once; throws if one is not allowed. */
async function sendTokens(minter: Minter, port: number, from: number, to: number): Promise<void> {
  let next = from
  const sendSome = async (): Promise<void> => {
    while (next < to) {
      const token = minter.mint(next)
      next += 1
      const answer = await fetch(decisionUrl(port), { headers: allowedHeaders(token) })
      await answer.arrayBuffer()
      if (!answer.ok)
        throw new Error(`status ${answer.status} ${answer.headers.get('x-decision-reason') ?? ''}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome))
}
