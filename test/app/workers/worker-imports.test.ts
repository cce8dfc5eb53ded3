/** What a worker loads before it serves: its start and its memory depend on it. */
import { expect, it } from 'bun:test'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
const LIST = `await import('./src/app/workers/run-worker.ts')
console.log(Object.keys(require.cache).join('\\n'))`

it('nothing that only the supervisor needs: no schemas, no YAML, no admin API', async () => {
  const child = Bun.spawn([process.execPath, '-e', LIST], { cwd: ROOT, stdout: 'pipe', stderr: 'inherit' })
  const loaded = (await new Response(child.stdout).text()).split('\n')
  expect(await child.exited).toBe(0)
  expect(loaded.some((file) => file.endsWith('/app/service.ts'))).toBe(true)
  const unwanted = /node_modules\/(?:zod|yaml|commander)\/|\/src\/(?:admin|config|compat)\/(?!decode-text)/
  expect(loaded.filter((file) => unwanted.test(file))).toEqual([])
})
