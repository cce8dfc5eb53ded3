import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { loadInstanceText } from '../../../src/app/load-instance.ts'
import { createKeyRelay } from '../../../src/app/workers/key-relay.ts'
import { createMirrors } from '../../../src/app/workers/mirrors.ts'
import { createPlan } from '../../../src/app/workers/plan.ts'
import { buildWorkerInstance } from '../../../src/app/workers/worker-instance.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import { parseOriginalUrl } from '../../../src/request/parse-original-url.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig } from '../../support/run-gateway.ts'
import { loadOrThrow } from '../../support/run-service.ts'

const BOUND = {
  decisions: { kind: 'tcp', host: '127.0.0.1', port: 9180, isShared: true },
  gateway: [
    {
      asked: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      bound: { kind: 'tcp', host: '127.0.0.1', port: 4711, isShared: true },
    },
  ],
} as const

describe('the plan of a configuration', () => {
  it('is copied to another process without a loss, whatever the configuration has', async () => {
    const long = /```yaml\n(version: 1\n[\s\S]*?)```/.exec(readFileSync('docs/config.md', 'utf8'))?.[1]
    const loaded = await loadInstanceText(long ?? '', 'warder.yaml', systemKeyDeps)
    // Its files do not exist here; its settings are all there is to copy.
    const texts = loaded.ok ? [loaded.value] : []
    for (const instance of [...texts, await loadOrThrow(gatewayConfig(['http://127.0.0.1:1']))]) {
      const plan = createPlan(instance, 1, 1, { count: 2, bound: BOUND, relay: createKeyRelay() })
      expect(structuredClone(plan)).toEqual(plan)
      instance.close()
    }
  })

  it('makes the same decisions in a worker', async () => {
    const instance = await loadOrThrow(gatewayConfig(['http://127.0.0.1:1']))
    const plan = structuredClone(
      createPlan(instance, 1, 1, { count: 2, bound: BOUND, relay: createKeyRelay() }),
    )
    const worker = await buildWorkerInstance(
      plan,
      createMirrors(
        () => Promise.resolve(false),
        () => undefined,
      ),
      () => undefined,
    )
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
      const { id: _, ...here } = await instance.decide(question)
      const { id: __, ...there } = await worker.decide(question)
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
    const relay = createKeyRelay()
    const listenOf = (worker: number) =>
      createPlan(instance, 1, worker, { count: 2, bound: BOUND, relay }).settings.listen.gateway.map(
        ({ address }) => address,
      )
    expect(listenOf(1)).toEqual([{ kind: 'unix', path: '/run/a.sock' }, BOUND.gateway[0].bound])
    expect(listenOf(2)).toEqual([BOUND.gateway[0].bound])
    instance.close()
  })
})
