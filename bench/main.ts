/** `npm run bench [-- SUITE…]`: measures the design budgets, and prints one table. */
import { ensurePrograms } from '../tools/programs.ts'
import { connectionsSuite } from './connections.ts'
import { decisionSuite } from './decision.ts'
import { denialsSuite } from './denials.ts'
import { SHORT_FLAG } from './effort.ts'
import { firstSightSuite } from './first-sight.ts'
import { gatewayAuthSuite } from './gateway-auth.ts'
import { gatewayBodiesSuite } from './gateway-bodies.ts'
import { gatewayIdleSuite } from './gateway-idle.ts'
import { gatewayRoutesSuite } from './gateway-routes.ts'
import { gatewayServiceSuite } from './gateway-service.ts'
import { gatewayTlsSuite } from './gateway-tls.ts'
import { gatewaySuite } from './gateway.ts'
import { guardsSuite } from './guards.ts'
import { keysSuite } from './keys.ts'
import { memorySuite } from './memory.ts'
import { routeLoadSuite } from './route-load.ts'
import { routesSuite } from './routes.ts'
import { saturationSuite } from './saturation.ts'
import { startSuite } from './start.ts'
import { formatVerdict, missingRow, type Row, type Verdict } from './row.ts'
import { SkippedSuite, type Suite } from './suite.ts'
import { formatTable } from './table.ts'
import { verifySuite } from './verify.ts'
import { workersSuite } from './workers.ts'

const SUITES: readonly Suite[] = [
  decisionSuite,
  firstSightSuite,
  denialsSuite,
  connectionsSuite,
  saturationSuite,
  workersSuite,
  verifySuite,
  guardsSuite,
  gatewaySuite,
  gatewayBodiesSuite,
  gatewayAuthSuite,
  gatewayServiceSuite,
  gatewayRoutesSuite,
  gatewayIdleSuite,
  gatewayTlsSuite,
  routesSuite,
  routeLoadSuite,
  keysSuite,
  memorySuite,
  startSuite,
]

const chosen = chooseSuites(process.argv.slice(2).filter((argument) => argument !== SHORT_FLAG))
// Every suite over HTTP needs it; if a program is missing, the suite fails and names it.
await ensurePrograms(['wrk'])
const rows: Row[] = []
let failed = 0
for (const suite of chosen) {
  console.error(`${suite.name}: ${suite.about}`)
  try {
    rows.push(...(await suite.run()))
  } catch (error) {
    if (!(error instanceof SkippedSuite)) failed += 1
    const why = `${error instanceof SkippedSuite ? 'skipped' : 'FAILED'}, ${String(error)}`
    console.error(`\n!! ${suite.name}: ${why}\n`)
    rows.push(missingRow(`suite ${suite.name}`, { missing: why.split('\n')[0] ?? '' }))
  }
}
console.log(formatTable(rows))
const count = (verdict: Verdict): number => rows.filter((row) => formatVerdict(row) === verdict).length
console.error(
  `${count('hit')} budgets hit, ${count('MISS')} missed, ${count('MISSING')} rows missing; ${failed} suites failed`,
)
// A missed budget is information, not an error: people read the numbers, and machines differ.
process.exit(failed === 0 ? 0 : 1)

function chooseSuites(names: readonly string[]): readonly Suite[] {
  const unknown = names.filter((name) => SUITES.every((suite) => suite.name !== name))
  if (unknown.length > 0) {
    console.error(`no such suite: ${unknown.join(', ')}; there are:`)
    for (const suite of SUITES) console.error(`  ${suite.name.padEnd(14)} ${suite.about}`)
    process.exit(2)
  }
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite.name))
}
