/** A decision over HTTP for a remembered token, compared with the cheapest possible HTTP answer. */
import { isMissing, measureContenders } from './contenders.ts'
import { scaled } from './effort.ts'
import { startGoService } from './go-service.ts'
import { measureLoad } from './load.ts'
import { type Bench, type RunningServer, withBench } from './processes.ts'
import { cpuRow, type Row, withPeer } from './row.ts'
import type { Suite } from './suite.ts'
import { sendEach, writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, startYardstick, tokenUrl } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const BUDGET = 1.3
const SOME = 1_000
const MANY = 100_000
// Room for those of the other rows too, which would push some of the many out of a cache of just as many.
const CACHE_TOKENS = 110_000

export const decisionSuite: Suite = {
  name: 'decision',
  about:
    'a warm decision over HTTP, 1, 1,000 and 100,000 tokens, against a bare Bun.serve 200 and a Go service',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const go = await startGoService(bench, minter)
  const [bare, least, warder] = [
    await startYardstick(bench, 'bare.ts'),
    await startYardstick(bench, 'least.ts'),
    await startWarder(bench, { minter, cacheTokens: CACHE_TOKENS }),
  ]
  const headers = allowedHeaders(TOKEN_PLACE)
  const [one, some, many] = [
    await writeTokens(bench, minter, 1),
    await writeTokens(bench, minter, SOME),
    await writeTokens(bench, minter, scaled(MANY)),
  ]
  // A run sends only some of the many; all of them are remembered.
  await sendEach({ url: decisionUrl(warder.port), headers }, many, scaled(MANY))
  // The same request, byte for byte: parsing the token's kilobyte is part of every reference.
  const load =
    ({ pid, port }: RunningServer, file: string, toUrl = decisionUrl) =>
    () => {
      const from = Math.floor(Math.random() * scaled(MANY))
      return measureLoad({ url: toUrl(port), headers, tokens: { file, from }, pids: [pid] })
    }
  const cost = await measureContenders({
    bareOne: load(bare, one),
    warderOne: load(warder, one),
    bareSome: load(bare, some),
    warderSome: load(warder, some),
    bareMany: load(bare, many),
    warderMany: load(warder, many),
    tokenPath: load(warder, some, tokenUrl),
    least: load(least, some),
    go: isMissing(go) ? go : load(go, some),
  })
  return [
    cpuRow('warm decision / bare Bun.serve, 1 token', cost.warderOne, cost.bareOne, BUDGET),
    withPeer(
      cpuRow('warm decision / bare Bun.serve, 1,000 tokens', cost.warderSome, cost.bareSome, BUDGET),
      'decision',
      'bare Bun.serve, which decides nothing',
    ),
    cpuRow('warm decision / bare Bun.serve, 100,000 tokens', cost.warderMany, cost.bareMany),
    cpuRow('warm decision / bare Bun.serve, at /v1/auth/token/read', cost.tokenPath, cost.bareSome),
    cpuRow('warm decision / the least for one with Bun.serve', cost.warderSome, cost.least),
    withPeer(
      cpuRow('warm decision / Go service, 1,000 tokens', cost.warderSome, cost.go),
      'decision',
      'Go service on golang-jwt and keyfunc',
    ),
  ]
}
