/** A connection of the gateway on a fake wire, before rules that deny everything. */
import { USUAL_PATIENCE, type ClientConnection } from '../../src/http/connections/client-connection.ts'
import { serveHttp1 } from '../../src/http/connections/http1-connection.ts'
import type { Decide } from '../../src/decision/decide.ts'
import type { Deadlines, Expiring } from '../../src/http/deadlines.ts'
import { UNCHARGED } from '../../src/http/held-account.ts'
import { createStores } from '../../src/app/system.ts'
import { createGatewayState } from '../../src/gateway/gateway-state.ts'
import { compileGatewayRules } from '../../src/gateway/rules.ts'
import { createExchangeHandler } from '../../src/gateway/exchange/exchange-handler.ts'
import { ok } from '../../src/result.ts'
import { finishNow } from '../../src/slices.ts'
import { createFakeWire, type FakeWire } from './fake-wire.ts'

export interface FakeServing {
  readonly wire: FakeWire
  readonly connection: ClientConnection
  send(text: string): void
  /** Lets every deadline pass that is due within so many milliseconds from now. */
  pass(ms: number): void
}

/** @param decide Denies at once by default. */
export function serveFake(decide: Decide = () => DENY, isStopping = (): boolean => false): FakeServing {
  const items = new Set<Expiring>()
  const deadlines: Deadlines = {
    add: (item) => void items.add(item),
    remove: (item) => void items.delete(item),
    close() {},
  }
  const input = {
    decide,
    newId: () => 'id',
    realm: 'warder',
    identityNames: [],
    upstreams: [],
    routes: [],
    findRoute: () => ok(undefined),
    listeners: [{ settings: LISTENER, certificates: undefined }],
    serverTrust: new Map(),
    authTrust: new Map(),
  }
  const { ofListeners } = finishNow(compileGatewayRules(input, createGatewayState(createStores()), deadlines))
  const [rules] = ofListeners
  if (rules === undefined) throw new Error('no rules')
  const wire = createFakeWire()
  const connection = serveHttp1(wire, {
    handler: createExchangeHandler(() => rules, {
      deadlines,
      proto: 'http',
      peer: '127.0.0.1',
      onExchange() {},
    }),
    deadlines,
    patience: USUAL_PATIENCE,
    held: UNCHARGED,
    isDraining: () => false,
    isStopping,
    onBusy() {},
    onIdle() {},
    onClose() {},
  })
  return {
    wire,
    connection,
    send: (text) => wire.events.onData(Buffer.from(text, 'latin1')),
    pass: (ms) => {
      const now = performance.now() + ms
      for (const item of items) {
        if (item.deadlineMs > now) continue
        item.deadlineMs = Infinity
        item.onDeadline()
      }
    },
  }
}

const LISTENER = {
  address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
  trustedProxies: [],
  accessLog: false,
  maxConnections: 1_000,
  maxHeldBytes: 1024 ** 2,
} as const

/** What the rules of a fake answer for every request. */
export const DENY = {
  id: 'id',
  route: undefined,
  policy: undefined,
  issuer: undefined,
  outcome: 'deny',
  reason: 'token_missing',
  status: 401,
  challenge: undefined,
  retryAfterSeconds: undefined,
  denial: { reason: 'token_missing' },
} as const
