/** The admin API of `warder serve`, in one process and with workers. */
import { afterEach, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { waitForWorkers } from '../support/live/worker-service.ts'
import { CONFIG } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Members of any answer. */
interface Body {
  readonly result?: string
  readonly was?: string
  readonly digest: string
  readonly code?: string
  readonly workers?: unknown
  readonly listeners: readonly { readonly kind: string }[]
  readonly lastReload?: unknown
  readonly config: { readonly digest: string }
  readonly diagnostics: readonly { readonly code: string }[]
  readonly sources: readonly unknown[]
}

interface Served {
  readonly ask: (path: string, init?: RequestInit) => Promise<{ status: number; body: Body }>
  readonly write: (text: string) => void
  readonly text: string
  readonly admin: number
}

async function serve(workers: number): Promise<Served> {
  const [decisions, admin] = [await freePort(), await freePort()]
  const file = join(createTempDir(cleanup), 'warder.yaml')
  const text = CONFIG.replace('decisions: 127.0.0.1:0', `decisions: 127.0.0.1:${decisions}`)
    .replace('admin: 127.0.0.1:0', `admin: 127.0.0.1:${admin}`)
    .concat(`workers: ${workers}\n`)
  writeFileSync(file, text)
  await startServe(file, decisions, cleanup)
  return {
    async ask(path, init) {
      const answer = await fetch(`http://127.0.0.1:${admin}${path}`, init)
      return { status: answer.status, body: (await answer.json()) as Body }
    },
    write: (next) => writeFileSync(file, next),
    text,
    admin,
  }
}

const POST = { method: 'POST' }

for (const workers of [1, 2])
  describe(`the admin API of a service with ${workers} process${workers === 1 ? '' : 'es'}`, () => {
    it('reports what is running, and loads the configuration again', async () => {
      const { ask, write, text, admin } = await serve(workers)
      if (workers > 1) await waitForWorkers(admin, workers)
      const before = (await ask('/v1/status')).body
      expect(before).toMatchObject({ schema: 'warder.status/v1', isReady: true, lastReload: null })
      expect(before.workers).toHaveLength(workers === 1 ? 0 : workers)
      expect(before.listeners.map(({ kind }: { kind: string }) => kind)).toEqual(['decisions', 'admin'])

      const same = await ask('/v1/reload', POST)
      expect([same.status, same.body.result]).toEqual([200, 'unchanged'])

      write(text.replace('scope: orders:read', 'scope: orders:look'))
      const changed = await Promise.all([1, 2, 3].map(() => ask('/v1/reload', POST)))
      expect(changed.map(({ status }) => status)).toEqual([200, 200, 200])
      const [first] = changed
      expect([first?.body.result, first?.body.was]).toEqual(['success', before.config.digest])

      write(text.replace('policy: read', 'policy: reed'))
      const refused = await ask('/v1/reload', POST)
      expect([refused.status, refused.body.result]).toEqual([422, 'refused'])
      expect(refused.body.digest).toBe(first?.body.digest ?? '')
      const codes = refused.body.diagnostics.map(({ code }) => code)
      expect(codes).toContain('ERR_CONFIG_UNKNOWN_POLICY')

      const after = (await ask('/v1/status')).body
      expect(after.config.digest).toBe(first?.body.digest ?? '')
      expect(after.lastReload).toMatchObject({ result: 'refused', cause: 'api' })
    })

    it('refreshes keys where they are kept', async () => {
      const { ask } = await serve(workers)
      const all = await ask('/v1/keys/refresh', POST)
      expect(all.body.sources).toMatchObject([{ issuer: 'main', source: 'secret', result: 'fixed', keys: 1 }])
      const json = { headers: { 'content-type': 'application/json' }, ...POST }
      const one = await ask('/v1/keys/refresh', { ...json, body: '{"issuer":"main"}' })
      expect(one.body.sources).toHaveLength(1)
      const none = await ask('/v1/keys/refresh', { ...json, body: '{"issuer":"mian"}' })
      expect([none.status, none.body.code]).toEqual([404, 'ERR_ADMIN_NOT_FOUND'])
    })
  })
