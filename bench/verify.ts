/** Verification of a new token: the runtime's bare signature check, Warder, and the two usual libraries. */
import { measureHere } from './in-process.ts'
import { measureInterleaved, type Measure, type Median } from './rounds.ts'
import type { Suite } from './suite.ts'
import type { Row } from './row.ts'
import { type BenchAlgorithm, createMinter, type Minter } from './tokens.ts'
import {
  createBareVerifier,
  createFastJwtVerifier,
  createJoseVerifier,
  type TokenVerifier,
} from './verifiers.ts'
import { createWarderVerifier } from './warder-verifier.ts'

const ALGORITHMS: readonly BenchAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']
const DISTINCT_TOKENS = 256
const RUN_MS = 250

export const verifySuite: Suite = {
  name: 'verify',
  about: 'first-sight verification per algorithm against crypto.verify, jose and fast-jwt',
  async run() {
    const rows: Row[] = []
    for (const algorithm of ALGORITHMS) rows.push(...(await compareVerifiers(createMinter(algorithm))))
    return rows
  },
}

async function compareVerifiers(minter: Minter): Promise<readonly Row[]> {
  const tokens = Array.from({ length: DISTINCT_TOKENS }, (_, index) => minter.mint(index))
  const variants = {
    bare: measureVerifier(createBareVerifier(minter), tokens),
    warder: measureVerifier(createWarderVerifier(minter), tokens),
    jose: measureVerifier(createJoseVerifier(minter), tokens),
    fastJwt: measureVerifier(createFastJwtVerifier(minter), tokens),
  }
  // Compiling is CPU time of this process too; a single warm-up charges the first algorithm for it.
  const cost = await measureInterleaved(variants, { rounds: 5, warmUps: 3 })
  const against = (what: string, other: Median, atLeast?: number): Row => ({
    what: `verify ${minter.algorithm}, rate against ${what}`,
    measured: other.cpuNs / cost.warder.cpuNs,
    unit: 'ratio',
    p10: other.cpuP10Ns / cost.warder.cpuP10Ns,
    ...(atLeast === undefined ? {} : { budget: { atLeast } }),
    detail: `${(cost.warder.cpuNs / 1000).toFixed(1)} µs against ${(other.cpuNs / 1000).toFixed(1)} µs CPU; p10: ${(other.cpuP10Ns / cost.warder.cpuP10Ns).toFixed(2)} ×`,
  })
  return [
    // An HMAC is so cheap that parsing the token dominates; there is no budget for that.
    against('crypto.verify', cost.bare, minter.algorithm === 'HS256' ? undefined : 0.9),
    against('jose', cost.jose, 1),
    against('fast-jwt', cost.fastJwt, 1),
  ]
}

/** Cycles through the tokens. */
const measureVerifier =
  (verifier: TokenVerifier, tokens: readonly string[]): Measure =>
  () =>
    measureHere(RUN_MS, async () => {
      for (const token of tokens) {
        const outcome = verifier(token)
        // Awaiting a value that is not a promise would add cost to the synchronous verifiers.
        if (outcome instanceof Promise) await outcome
      }
      return tokens.length
    })
