/** What a flood of denied requests costs, with the log lines that it writes, compared with allowed ones. */
import { measureLoad } from './load.ts'
import { withBench, type Bench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { cpuRow, type Row } from './row.ts'
import type { Suite } from './suite.ts'
import { writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'
import { type Load, TOKEN_PLACE } from './wrk.ts'

const BUDGET = 1.3
/** Distinct tokens of each kind, so that no kind gains from being one token only. */
const TOKENS = 1_000
/** Tokens live for an hour. */
const EXPIRED_S = 7_200

export const denialsSuite: Suite = {
  name: 'denials',
  about: 'a denial over HTTP, its line in a log file included, against a warm allow',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('RS256')
  const { pid, port } = await startWarder(bench, { minter })
  const [valid, forged, expired, unknown] = [
    await writeTokens(bench, minter, TOKENS),
    await writeTokens(bench, minter, TOKENS, (index) => forge(minter.mint(index))),
    await writeTokens(bench, minter, TOKENS, (index) => minter.mint(index, EXPIRED_S)),
    await writeTokens(bench, minter, TOKENS, (index) => rename(minter.mint(index))),
  ]
  const headers = allowedHeaders(TOKEN_PLACE)
  const { Authorization: _, ...withoutToken } = headers
  const load = (what: Omit<Load, 'url'>) => () =>
    measureLoad({ url: decisionUrl(port), pids: [pid], ...what })
  const cost = await measureInterleaved({
    allow: load({ headers, tokens: { file: valid } }),
    missing: load({ headers: withoutToken, expect: 'denied' }),
    expired: load({ headers, tokens: { file: expired }, expect: 'denied' }),
    forged: load({ headers, tokens: { file: forged }, expect: 'denied' }),
    unknown: load({ headers, tokens: { file: unknown }, expect: 'denied' }),
  })
  return [
    cpuRow('denial / warm allow, no token', cost.missing, cost.allow, BUDGET),
    cpuRow('denial / warm allow, expired token', cost.expired, cost.allow, BUDGET),
    cpuRow('denial / warm allow, bad signature (RS256)', cost.forged, cost.allow, BUDGET),
    cpuRow('denial / warm allow, unknown kid', cost.unknown, cost.allow, BUDGET),
  ]
}

/** Another character in the middle of the signature. */
function forge(token: string): string {
  const place = token.lastIndexOf('.') + 20
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`
}

/** Another `kid` in the header. */
function rename(token: string): string {
  const [header = '', ...rest] = token.split('.')
  const named = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: 'previous' }
  return [Buffer.from(JSON.stringify(named)).toString('base64url'), ...rest].join('.')
}
