/** The first decision on a token, over HTTP, compared with a Go service that verifies every token. */
import { isMissing } from './contenders.ts'
import { startGoService } from './go-service.ts'
import { measureLoad } from './load.ts'
import { type RunningServer, withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { cpuRow, missingRow, type Row } from './row.ts'
import type { Suite } from './suite.ts'
import { UNSEEN, writeTokens } from './token-files.ts'
import { type BenchAlgorithm, createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const BUDGET = 0.5
export const firstSightSuite: Suite = {
  name: 'first-sight',
  about: 'the first decision on a token over HTTP against a Go service on golang-jwt and keyfunc',
  run: async () => [await compare('RS256'), await compare('ES256')],
}

function compare(algorithm: BenchAlgorithm): Promise<Row> {
  const what = `first sight / Go service, ${algorithm}`
  return withBench(async (bench) => {
    const minter = createMinter(algorithm)
    const go = await startGoService(bench, minter)
    if (isMissing(go)) return missingRow(what, go, BUDGET)
    const warder = await startWarder(bench, { minter, cacheTokens: UNSEEN.cacheTokens })
    const tokens = { file: await writeTokens(bench, minter, UNSEEN.tokens) }
    const headers = allowedHeaders(TOKEN_PLACE)
    const load =
      ({ pid, port }: RunningServer) =>
      () =>
        measureLoad({ url: decisionUrl(port), headers, tokens, pids: [pid] })
    const cost = await measureInterleaved({ warder: load(warder), go: load(go) })
    return cpuRow(what, cost.warder, cost.go, BUDGET)
  })
}
