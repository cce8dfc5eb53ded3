import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { loadInstanceText } from '../../../src/app/load-instance.ts'
import { createKeyRelay } from '../../../src/app/workers/key-relay.ts'
import { createMirrors } from '../../../src/app/workers/mirrors.ts'
import type { Instance } from '../../../src/app/build-instance.ts'
import { createPlanArrival } from '../../../src/app/workers/plan-arrival.ts'
import { createPlanParts } from '../../../src/app/workers/plan-parts.ts'
import { createOwnPlan, type Plan } from '../../../src/app/workers/plan.ts'
import type { FromWorker } from '../../../src/app/workers/messages.ts'
import { buildWorkerInstance } from '../../../src/app/workers/worker-instance.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import { parseOriginalUrl } from '../../../src/request/parse-original-url.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig } from '../../support/run-gateway.ts'
import { CONFIG, loadOrThrow } from '../../support/run-service.ts'

const BOUND = {
  decisions: { kind: 'tcp', host: '127.0.0.1', port: 9180, isShared: true },
  grpc: null,
  spoe: null,
  tls: undefined,
  gateway: [
    {
      asked: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      bound: { kind: 'tcp', host: '127.0.0.1', port: 4711, isShared: true },
    },
  ],
} as const

const styleOf = () => ({ format: 'text', isColoured: true }) as const

const ownPlanOf = (instance: Instance, worker = 1) =>
  createOwnPlan(instance, 1, worker, { count: 2, bound: BOUND, relay: createKeyRelay(), styleOf })

/** What a worker receives, part by part. */
function sendPlan(instance: Instance): { readonly plan: Plan; readonly places: readonly number[] } {
  const asked: FromWorker[] = []
  const arrival = createPlanArrival((message) => void asked.push(message))
  const parts = createPlanParts(instance.config.settings)
  arrival.begin(1)
  for (let place = 0; ; place++) {
    const bytes = parts.at(place)
    if (bytes === undefined) break
    arrival.takePart(1, structuredClone(bytes))
  }
  const plan = arrival.finish(structuredClone(ownPlanOf(instance)))
  if (plan === undefined) throw new Error('no plan')
  return {
    plan,
    places: asked.map((message) =>
      typeof message === 'object' && message.kind === 'next' ? message.place : -1,
    ),
  }
}

const MANY_ROUTES = CONFIG.replace(
  'routes:\n',
  `routes:\n${Array.from({ length: 450 }, (_, i) => `  - { match: { path: /r-${i} }, policy: read }\n`).join('')}`,
)

describe('the plan of a configuration', () => {
  it('is copied to another process without a loss, whatever the configuration has', async () => {
    const long = /```yaml\n(version: 1\n[\s\S]*?)```/.exec(readFileSync('docs/config.md', 'utf8'))?.[1]
    const loaded = await loadInstanceText(long ?? '', 'warder.yaml', systemKeyDeps)
    // Its files do not exist here; its settings are all there is to copy.
    const texts = loaded.ok ? [loaded.value] : []
    for (const text of [gatewayConfig(['http://127.0.0.1:1']), MANY_ROUTES])
      texts.push(await loadOrThrow(text))
    for (const instance of texts) {
      const { settings, ...own } = sendPlan(instance).plan
      const { own: expected, ...rest } = ownPlanOf(instance)
      expect(settings).toStrictEqual({ ...instance.config.settings, ...expected })
      expect(own).toEqual(rest)
      instance.close()
    }
  })

  it('has TLS for proxies if the service started with it, and not otherwise', async () => {
    const started = { certificates: [{ certFile: '/a.pem', keyFile: '/a.key' }] }
    const renewed = { certificates: [{ certFile: '/b.pem', keyFile: '/b.key' }] }
    const instance = await loadOrThrow(CONFIG)
    const tlsOf = (bound: typeof started | undefined, now: typeof started | undefined) => {
      const { settings } = instance.config
      const listen = { ...settings.listen, ...(now && { tls: now }) }
      const next = { ...instance, config: { ...instance.config, settings: { ...settings, listen } } }
      const context = { count: 2, bound: { ...BOUND, tls: bound }, relay: createKeyRelay(), styleOf }
      return createOwnPlan(next, 1, 1, context).own.listen?.tls
    }
    expect(tlsOf(undefined, renewed)).toBeUndefined()
    expect(tlsOf(started, renewed)).toEqual(renewed)
    expect(tlsOf(started, undefined)).toEqual(started)
    instance.close()
  })

  it('arrives in parts, of which each is asked for when the previous one was taken', async () => {
    const instance = await loadOrThrow(MANY_ROUTES)
    expect(sendPlan(instance).places).toEqual([0, 1, 2, 3])
    instance.close()
  })

  it('has parts that are made once, and again when they were freed', async () => {
    const instance = await loadOrThrow(CONFIG)
    const parts = createPlanParts(instance.config.settings)
    const first = parts.at(0)
    expect(parts.at(0)).toBe(first as never)
    parts.free()
    expect(parts.at(0)).not.toBe(first as never)
    expect(parts.at(0)).toEqual(first as never)
    instance.close()
  })

  it('makes the same decisions in a worker', async () => {
    const instance = await loadOrThrow(gatewayConfig(['http://127.0.0.1:1']))
    const { plan } = sendPlan(instance)
    const mirrors = createMirrors(
      () => Promise.resolve(false),
      () => undefined,
    )
    mirrors.take(plan)
    const worker = await buildWorkerInstance(plan, mirrors, () => undefined)
    for (const [path, token] of [
      ['/orders/1', mint({ scope: 'orders:read' })],
      ['/orders/1', mint({ scope: 'other' })],
      ['/orders/1', `${mint({ scope: 'orders:read' }).slice(0, -4)}AAAA`],
      ['/orders/1', 'none'],
      ['/public/a', ''],
      ['/elsewhere', ''],
    ] as const) {
      const original = parseOriginalUrl(`http://a.example${path}`)
      if (original === undefined) throw new Error(path)
      const headers = new Headers(token === '' ? {} : { authorization: `Bearer ${token}` })
      const question = { request: { method: 'GET', ...original, headers }, policy: undefined }
      const { id: _, atSeconds: __, ...here } = await instance.decide(question)
      const { id: ___, atSeconds: ____, ...there } = await worker.decide(question)
      expect(there).toEqual(here)
    }
    instance.close()
  })

  it('has the ports that were bound, and unix sockets for the first worker alone', async () => {
    const text = gatewayConfig(['http://127.0.0.1:1']).replace(
      'gateway: {',
      'gateway: [{ address: "unix:/run/a.sock" }, {',
    )
    const instance = await loadOrThrow(text.replace('access_log: true }', 'access_log: true }]'))
    const listenOf = (worker: number) =>
      ownPlanOf(instance, worker).own.listen.gateway.map(({ address }) => address)
    expect(listenOf(1)).toEqual([{ kind: 'unix', path: '/run/a.sock' }, BOUND.gateway[0].bound])
    expect(listenOf(2)).toEqual([BOUND.gateway[0].bound])
    instance.close()
  })
})
