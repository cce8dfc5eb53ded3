/** All suites, in the order of the table. */
import { connectionsSuite } from './connections.ts'
import { decisionSuite } from './decision.ts'
import { dialectsSuite } from './dialects.ts'
import { denialsSuite } from './denials.ts'
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
import { observeSuite } from './observe.ts'
import { reloadSuite } from './reload.ts'
import { proxyGuardsSuite } from './proxy-guards.ts'
import { routeLoadSuite } from './route-load.ts'
import { routesSuite } from './routes.ts'
import { saturationSuite } from './saturation.ts'
import { startSuite } from './start.ts'
import { verifySuite } from './verify.ts'
import { workersSuite } from './workers.ts'
import type { Suite } from './suite.ts'

export const SUITES: readonly Suite[] = [
  decisionSuite,
  firstSightSuite,
  denialsSuite,
  observeSuite,
  dialectsSuite,
  connectionsSuite,
  saturationSuite,
  workersSuite,
  verifySuite,
  guardsSuite,
  proxyGuardsSuite,
  gatewaySuite,
  gatewayBodiesSuite,
  gatewayAuthSuite,
  gatewayServiceSuite,
  gatewayRoutesSuite,
  gatewayIdleSuite,
  gatewayTlsSuite,
  routesSuite,
  routeLoadSuite,
  reloadSuite,
  keysSuite,
  memorySuite,
  startSuite,
]
