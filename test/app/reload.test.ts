import { afterEach, describe, expect, it, mock } from 'bun:test'
import { createReload, type ReloadCause, type ReloadDeps } from '../../src/app/reload.ts'
import type { Instance } from '../../src/app/build-instance.ts'
import type { ConfigFailure } from '../../src/config/load-config.ts'
import { err, ok } from '../../src/result.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { asked, mint } from '../support/mint.ts'
import { gatewayConfig, runGateway } from '../support/run-gateway.ts'
import { CONFIG, loadOrThrow, memoryLogger, runService } from '../support/run-service.ts'
import { createTestCa } from '../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const ORDER = 'https://api.example.com/orders/42'
const FAILURE: ConfigFailure = {
  diagnostics: [{ code: 'ERR_CONFIG_SYNTAX', severity: 'error', message: 'broken', hints: [] }],
  source: { file: 'warder.yaml', text: '', secretRanges: [] },
}
const SIGNAL: ReloadCause = { kind: 'signal' }
const never = (): Promise<void> => new Promise(() => undefined)

/** A reload that never waits and is never stopped. */
const reloadOf = (deps: Pick<ReloadDeps, 'service' | 'load'> & Partial<ReloadDeps>) =>
  createReload({
    logger: memoryLogger().logger,
    report: () => undefined,
    sleep: never,
    stopping: never(),
    ...deps,
  })

describe('a reload', () => {
  it('puts the new configuration in force as a whole', async () => {
    const { service, decisions } = await runService()
    const ask = (): Promise<Response> =>
      fetch(`${decisions}/v1/auth/nginx`, { headers: asked('GET', ORDER, mint({ scope: 'orders:read' })) })
    expect((await ask()).status).toBe(200)
    const { logger, lines } = memoryLogger()
    const text = CONFIG.replace('scope: orders:read', 'scope: other').replace(
      'X-Auth-Subject: sub }',
      'X-Other: sub }',
    )
    const reload = reloadOf({
      service,
      load: async () => ok(await loadOrThrow(text)),
      logger,
    })
    await reload(SIGNAL)
    const answer = await ask()
    expect([answer.status, answer.headers.get('x-decision-reason')]).toEqual([403, 'scope_missing'])
    expect(lines).toEqual([expect.objectContaining({ event: 'reload', result: 'success' })])
    await service.stop(0)
  })

  it('reports the warnings of the new configuration, as the start does', async () => {
    const { service } = await runService()
    const { logger, lines } = memoryLogger()
    const reported: ConfigFailure[] = []
    const reload = reloadOf({
      service,
      load: async () => ok(await loadOrThrow(CONFIG.replace(/audience: [^,]+/, 'audience: any'))),
      logger,
      report: (failure) => void reported.push(failure),
    })
    await reload(SIGNAL)
    const codes = reported.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))
    expect(codes).toContain('WARN_CONFIG_AUDIENCE_ANY')
    expect(lines).toMatchObject([{ result: 'success', relaxations: codes }])
    await service.stop(0)
  })

  it('keeps the old configuration if the new one is invalid, and reports it', async () => {
    const { service, decisions } = await runService()
    const before = service.instance
    const { logger, lines } = memoryLogger()
    const reported: ConfigFailure[] = []
    const reload = reloadOf({
      service,
      load: async () => err(FAILURE),
      logger,
      report: (failure) => void reported.push(failure),
    })
    await reload(SIGNAL)
    expect(service.instance).toBe(before)
    expect(reported).toEqual([FAILURE])
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', result: 'refused', errors: ['ERR_CONFIG_SYNTAX'] }),
    ])
    const answer = await fetch(`${decisions}/v1/auth/nginx`, {
      headers: asked('GET', ORDER, mint({ scope: 'orders:read' })),
    })
    expect(answer.status).toBe(200)
    await service.stop(0)
  })

  it('keeps the old configuration when the new one cannot be put in force, and closes that', async () => {
    const { service } = await runService()
    const before = service.instance
    const { logger, lines } = memoryLogger()
    const good = await loadOrThrow(CONFIG)
    const close = mock(good.close)
    // No check lets it through; a bug might.
    const endpoints = [{ path: '/x', dialect: 'jwtauthrequest', policy: 'nobody' }] as const
    const bad = {
      ...good,
      close,
      config: { ...good.config, settings: { ...good.config.settings, endpoints } },
    }
    const loads = [bad, await loadOrThrow(CONFIG)]
    const reload = reloadOf({ service, load: async () => ok(loads.shift() ?? bad), logger })
    await reload(SIGNAL)
    expect(service.instance).toBe(before)
    expect(close).toHaveBeenCalledTimes(1)
    await reload(SIGNAL)
    expect(service.instance).not.toBe(before)
    expect(lines).toMatchObject([{ result: 'refused', errors: ['ERR_INTERNAL'] }, { result: 'success' }])
    await service.stop(0)
  })

  it('keeps the old configuration when loading throws', async () => {
    const { service } = await runService()
    const before = service.instance
    const { logger, lines } = memoryLogger()
    const reload = reloadOf({
      service,
      load: () => Promise.reject(new RangeError('a fault')),
      logger,
    })
    await reload(SIGNAL)
    expect(service.instance).toBe(before)
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', result: 'refused', errors: ['ERR_INTERNAL'] }),
    ])
    await service.stop(0)
  })

  it('runs once more for all requests that arrive during one', async () => {
    const { service } = await runService()
    let loads = 0
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const load = async (): Promise<ReturnType<typeof err<ConfigFailure>>> => {
      loads++
      await gate
      return err(FAILURE)
    }
    const reload = reloadOf({
      service,
      load,
    })
    const all = [reload(SIGNAL), reload(SIGNAL), reload(SIGNAL)]
    release()
    await Promise.all(all)
    expect(loads).toBe(2)
    await service.stop(0)
  })

  it('loses no request while configurations are swapped under load', async () => {
    const { service, decisions } = await runService()
    const token = mint({ scope: 'orders:read' })
    const reload = reloadOf({
      service,
      load: async () => ok(await loadOrThrow(CONFIG)),
    })
    const statuses = new Set<number>()
    const asking = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 50; i++)
        statuses.add(
          (await fetch(`${decisions}/v1/auth/nginx`, { headers: asked('GET', ORDER, token) })).status,
        )
    })
    for (let i = 0; i < 20; i++) await reload(SIGNAL)
    await Promise.all(asking)
    expect([...statuses]).toEqual([200])
    await service.stop(0)
  })

  it('that waits for keys is abandoned when the service is asked to stop, and none begins after it', async () => {
    const { service } = await runService()
    const before = service.instance
    const closed: unknown[] = []
    let loads = 0
    let stop: () => void = () => undefined
    const { logger, lines } = memoryLogger()
    const reload = reloadOf({
      service,
      load: async () => {
        loads++
        stop()
        const close = (keep?: Instance): void => void closed.push(keep)
        return ok({ ...(await loadOrThrow(CONFIG)), started: never(), close })
      },
      logger,
      stopping: new Promise<void>((resolve) => (stop = resolve)),
    })
    await Promise.all([reload(SIGNAL), reload(SIGNAL)])
    await reload(SIGNAL)
    expect([loads, lines, service.instance === before]).toEqual([1, [], true])
    expect(closed).toEqual([before])
    await service.stop(0)
  })

  it('reports that changed listeners need a restart', async () => {
    const { service } = await runService()
    const { logger, lines } = memoryLogger()
    const text = CONFIG.replace('admin: 127.0.0.1:0', 'admin: off')
    await reloadOf({
      service,
      load: async () => ok(await loadOrThrow(text)),
      logger,
    })(SIGNAL)
    expect(lines.at(-1)).toMatchObject({ level: 'warn', event: 'reload' })
    await service.stop(0)
  })
})

liveSuite('a reload', ['openssl'], () => {
  const CASES: readonly (readonly [what: string, before: string, after: string, isRefused: boolean])[] = [
    ['gets client_ca_file', 'TLS', 'TLS, client_ca_file: CRT', true],
    ['gets tls', '', 'TLS', true],
    ['loses client_ca_file', 'TLS, client_ca_file: CRT', 'TLS', false],
    ['keeps both', 'TLS, client_ca_file: CRT', 'TLS, client_ca_file: CRT, max_connections: 5', false],
  ]
  for (const [what, before, after, isRefused] of CASES) {
    it(`of a listener that ${what} is ${isRefused ? 'refused: it could not ask for it' : 'good'}`, async () => {
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('a.example')
      const config = (listen: string): string =>
        gatewayConfig(['http://127.0.0.1:1'], listen === '' ? {} : { listen })
          .replace('TLS', `tls: [{ cert_file: ${certFile}, key_file: ${keyFile} }]`)
          .replaceAll('CRT', certFile)
      const { service } = await runGateway(config(before), cleanup)
      const old = service.instance
      const { logger, lines } = memoryLogger()
      const reported: ConfigFailure[] = []
      await reloadOf({
        service,
        load: async () => ok(await loadOrThrow(config(after))),
        logger,
        report: (failure) => void reported.push(failure),
      })(SIGNAL)
      expect(service.instance === old).toBe(isRefused)
      const codes = reported.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))
      expect(codes).toEqual(isRefused ? ['ERR_SERVER_RESTART'] : [])
      expect(lines[0]).toMatchObject({ event: 'reload', result: isRefused ? 'refused' : 'success' })
    })
  }
})

describe('stopping', () => {
  it('stops the keys of a configuration whose reload ends later', async () => {
    const { service } = await runService()
    const before = service.instance
    await service.stop(0)
    const loaded = await loadOrThrow(CONFIG)
    let isClosed = false
    service.swap({ ...loaded, close: () => void (isClosed = true) })
    expect([isClosed, service.instance === before]).toEqual([true, true])
  })

  it('is not ready, and still answers, until the drain time is over', async () => {
    const { service, admin, decisions } = await runService()
    const stopping = service.stop(200)
    expect((await fetch(`${admin}/readyz`)).status).toBe(503)
    expect(
      (
        await fetch(`${decisions}/v1/auth/nginx`, {
          headers: asked('GET', ORDER, mint({ scope: 'orders:read' })),
        })
      ).status,
    ).toBe(200)
    await stopping
    expect(fetch(`${decisions}/v1/auth/nginx`)).rejects.toThrow()
  })
})
