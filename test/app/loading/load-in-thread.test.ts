import { afterAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionAnswer } from '../../../src/admin/decision-record.ts'
import type { Instance } from '../../../src/app/build-instance.ts'
import { explainForAdmin } from '../../../src/app/explain/admin-explain.ts'
import { loadInstance } from '../../../src/app/load-instance.ts'
import { loadInThread } from '../../../src/app/loading/load-in-thread.ts'
import { createReload } from '../../../src/app/reload.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import { listOrigins } from '../../../src/config/list-origins.ts'
import { stepPlacesOf } from '../../../src/config/step-places.ts'
import { formatDiagnostics } from '../../../src/config/format-diagnostics.ts'
import type { ConfigFailure } from '../../../src/config/load-config.ts'
import type { Result } from '../../../src/result.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { createTempDir } from '../../support/live/temp-dir.ts'
import { asked, mint } from '../../support/mint.ts'
import { CONFIG, memoryLogger, runService } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

const directory = createTempDir(cleanup)
let written = 0

function write(text: string): string {
  const file = join(directory, `${++written}.yaml`)
  writeFileSync(file, text)
  return file
}

const faults: string[] = []
const DEPS = { ...systemKeyDeps, onThreadFault: (why: string) => void faults.push(why) }

/** What people see of a result. */
const printed = (loaded: Result<Instance, ConfigFailure>): string =>
  loaded.ok
    ? formatDiagnostics(loaded.value.warnings, loaded.value.config.source)
    : formatDiagnostics(loaded.error.diagnostics, loaded.error.source)

const ROUTES = Array.from({ length: 450 }, (_, i) => `  - { match: { path: /r-${i} }, policy: read }\n`)
const LONG = CONFIG.replace('routes:\n', `routes:\n${ROUTES.join('')}`)
const GOMA = `version: "1.0"
gateway:
  routes:
    - { path: /, name: a, destination: "http://127.0.0.1:1", middlewares: [] }
`

it('knows where each setting comes from, as a configuration that is loaded here', async () => {
  const file = write(CONFIG)
  const [here, there] = [await loadInstance(file, DEPS), await loadInThread(file, DEPS)]
  if (!here.ok || !there.ok) throw new Error('not loaded')
  const origins = listOrigins(there.value.config)
  expect(origins).toEqual(listOrigins(here.value.config))
  expect(new Set(origins.map(({ origin }) => origin.kind))).toEqual(new Set(['file', 'default']))
  for (const { value } of [here, there]) value.close()
})

/** What each step compared with and where that is written, of an allow and some denials. */
async function explained(instance: Instance): Promise<unknown> {
  const tokens = [
    {},
    { aud: 'other' },
    { iss: 'https://other.example' },
    { exp: 1 },
    { scope: 'orders:read' },
  ]
  const questions = tokens.map(async (claims) => {
    const url = 'https://api.example.com/orders/1'
    const answer = await explainForAdmin(instance, { method: 'GET', url, token: mint(claims) })
    const { steps } = answer as unknown as DecisionAnswer
    return steps.map(({ step, setting, source }) => [step, setting, source])
  })
  return Promise.all(questions)
}

describe('a configuration that a thread has loaded', () => {
  const GOOD: readonly (readonly [what: string, text: string])[] = [
    ['of a few routes', CONFIG],
    ['of more routes than one message holds', LONG],
    ['with warnings', CONFIG.replace(/audience: [^,]+/, 'audience: any')],
    ['with a route that can never match', LONG.replace('path: /r-449', 'path: /r-1')],
    ['of Goma', GOMA],
  ]
  for (const [what, text] of GOOD) {
    it(`is the same as without a thread: ${what}`, async () => {
      const file = write(text)
      const [there, here] = [await loadInThread(file, DEPS), await loadInstance(file, systemKeyDeps)]
      expect(printed(there)).toBe(printed(here))
      if (!there.ok || !here.ok) throw new Error(printed(there))
      const { config, warnings, fileHashes, guard } = there.value
      expect(config.settings).toEqual(here.value.config.settings)
      expect(Object.isFrozen(config.settings.routes[0]?.path)).toBe(true)
      expect(warnings).toEqual(here.value.warnings)
      expect(fileHashes).toEqual(here.value.fileHashes)
      for (const key of ['format', 'digest', 'files', 'directories'] as const)
        expect(config[key]).toEqual(here.value.config[key])
      expect(config.stepPlaces).toEqual(stepPlacesOf(here.value.config))
      expect(await explained(there.value)).toEqual(await explained(here.value))
      const names = ({ routes }: Instance['guard']) => routes?.routes.map(({ name }) => name)
      expect(names(guard)).toEqual(names(here.value.guard))
      expect(faults).toEqual([])
      there.value.close()
      here.value.close()
    })
  }

  const BAD: readonly (readonly [what: string, text: string])[] = [
    ['a mistake in a setting', LONG.replace('policy: read }\n', 'polici: read }\n')],
    ['a secret beside a mistake', CONFIG.replace('keys: { secret', 'keys: { encodin: x, secret')],
    ['text that is no YAML', 'version: [1\n'],
    ['a key file that is not there', CONFIG.replace(/keys: \{[^}]*\}/, 'keys: { jwks_file: nowhere.json }')],
  ]
  for (const [what, text] of BAD) {
    it(`is refused in the same words as without a thread: ${what}`, async () => {
      const file = write(text)
      const [there, here] = [await loadInThread(file, DEPS), await loadInstance(file, systemKeyDeps)]
      expect([there.ok, here.ok]).toEqual([false, false])
      expect(printed(there)).toBe(printed(here))
      const watched = (loaded: typeof there) => (loaded.ok ? undefined : loaded.error.watched)
      expect(watched(there)).toEqual(watched(here) as never)
      expect(faults).toEqual([])
    })
  }

  it('is loaded without a thread, with its positions, when a file has changed meanwhile', async () => {
    const keys = join(directory, 'keys.json')
    writeFileSync(keys, JSON.stringify({ keys: [{ kty: 'oct', k: 'A'.repeat(64), alg: 'HS256', kid: 'a' }] }))
    const file = write(
      CONFIG.replace(/keys: \{[^}]*\}/, `keys: { jwks_file: ${keys}, allow_symmetric: true }`),
    )
    const readFileSync = () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    }
    const loaded = await loadInThread(file, { ...DEPS, readFileSync })
    expect(loaded.ok ? [] : loaded.error.diagnostics).toMatchObject([
      { code: 'ERR_KEYS_FILE_UNREADABLE', position: { line: 3 } },
    ])
  })
})

describe('a reload in a thread', () => {
  const never = (): Promise<void> => new Promise(() => undefined)

  it('leaves the service deciding, and then decides by the new configuration', async () => {
    const { service, decisions } = await runService()
    const file = write(LONG.replace('scope: orders:read', 'scope: other'))
    const { logger, lines } = memoryLogger()
    const reload = createReload({
      service,
      load: (previous) => loadInThread(file, { ...DEPS, previous }),
      logger,
      report: () => undefined,
      sleep: never,
      stopping: never(),
    })
    const headers = asked('GET', 'https://api.example.com/orders/42', mint({ scope: 'orders:read' }))
    const ask = async (): Promise<number> => (await fetch(`${decisions}/v1/auth/nginx`, { headers })).status
    const before = service.instance
    const reloading = reload({ kind: 'signal' })
    let decided = 0
    while (service.instance === before) {
      const status = await ask()
      if (service.instance === before) expect(status).toBe(200)
      decided++
    }
    await reloading
    expect(decided).toBeGreaterThan(1)
    expect(await ask()).toBe(403)
    expect(lines).toMatchObject([{ event: 'reload', result: 'success' }])
    await service.stop(0)
  })

  it('shows where the mistake is, when a check of the reload refuses it', async () => {
    const { service } = await runService()
    const file = write(CONFIG.replace(/routes:\n(?: {2}- .*\n)+/, ''))
    const reported: ConfigFailure[] = []
    const reload = createReload({
      service,
      load: (previous) => loadInThread(file, { ...DEPS, previous }),
      loadWithPositions: (previous) => loadInstance(file, { ...systemKeyDeps, previous }),
      logger: memoryLogger().logger,
      report: (failure) => void reported.push(failure),
      sleep: never,
      stopping: never(),
    })
    await reload({ kind: 'watch', isQuiet: () => true })
    const text = reported.map(({ diagnostics, source }) => formatDiagnostics(diagnostics, source)).join('\n')
    expect(text).toContain('ERR_SERVER_RELOAD_DROPS')
    expect(text).toContain('1 | version: 1')
    await service.stop(0)
  })
})
