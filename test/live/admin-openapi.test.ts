/** The OpenAPI document of the admin API, held against a running service: one process, and two workers. */
import { afterEach, describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { waitForWorkers } from '../support/live/worker-service.ts'
import { asked, mint } from '../support/mint.ts'
import { CONFIG } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

interface Operation {
  readonly summary: string
  readonly 'x-right': 'none' | 'read' | 'change'
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query' }[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<
    Record<
      string,
      { readonly $ref?: string; readonly content?: Readonly<Record<string, { readonly schema: object }>> }
    >
  >
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface Served {
  readonly admin: string
  readonly document: OpenApi
}

const ORDER = 'https://api.example.com/orders/42'

async function serve(workers: number): Promise<Served> {
  const [decisions, port] = [await freePort(), await freePort()]
  const file = join(createTempDir(cleanup), 'warder.yaml')
  const text = CONFIG.replace('decisions: 127.0.0.1:0', `decisions: 127.0.0.1:${decisions}`)
    .replace('admin: 127.0.0.1:0', `admin: 127.0.0.1:${port}`)
    .concat(`workers: ${workers}\n`)
  writeFileSync(file, text)
  await startServe(file, decisions, cleanup)
  if (workers > 1) await waitForWorkers(port, workers)
  const admin = `http://127.0.0.1:${port}`
  // Something to report.
  for (const headers of [asked('GET', ORDER, mint({ scope: 'orders:read' })), asked('GET', ORDER, undefined)])
    await fetch(`http://127.0.0.1:${decisions}/v1/auth/nginx`, { headers })
  const document = (await (await fetch(`${admin}/openapi.json`)).json()) as OpenApi
  return { admin, document }
}

const operationsOf = ({ paths }: OpenApi) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  )

/** What a request needs besides its path, so that it is answered with what it asks for. */
const ASKED: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
  'GET /v1/routes/match': { query: '?method=GET&url=https%3A%2F%2Fapi.example.com%2Forders%2F42' },
  'POST /v1/explain': { body: { method: 'GET', url: ORDER, token: 'nonsense' } },
  'POST /v1/keys/refresh': { body: { issuer: 'main' } },
}

/** The path with a value for each parameter that the service knows, if it knows one. */
async function concrete(admin: string, path: string): Promise<string> {
  if (!path.includes('{')) return path
  const { decisions = [] } = (await (await fetch(`${admin}/v1/decisions`)).json()) as {
    decisions?: { id: string }[]
  }
  return path.replace(/\{\w+\}/, decisions[0]?.id ?? 'none')
}

for (const workers of [1, 2])
  describe(`the OpenAPI document of a service with ${workers} process${workers === 1 ? '' : 'es'}`, () => {
    it('describes every answer of the service', async () => {
      const { admin, document } = await serve(workers)
      expect(document.openapi).toBe('3.1.0')
      const ajv = new Ajv2020({ strict: true, validateFormats: false, allowUnionTypes: true })
      for (const { path, method, operation } of operationsOf(document)) {
        const name = `${method} ${path}`
        const { query = '', body } = ASKED[name] ?? {}
        const init = {
          method,
          ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }
        const answer = await fetch(`${admin}${await concrete(admin, path)}${query}`, init)
        const form = operation.responses[answer.status]
        const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
        expect([name, answer.status, form?.content?.[type] !== undefined], name).toEqual([name, 200, true])
        expect(answer.headers.get('cache-control'), name).toBe('no-store')
        expect(answer.headers.get('x-content-type-options'), name).toBe('nosniff')
        expect(answer.headers.get('cross-origin-resource-policy'), name).toBe('same-origin')
        if (type === 'application/json') {
          const isValid = ajv.compile(form?.content?.[type]?.schema ?? {})
          isValid(await answer.json())
          expect([name, isValid.errors], name).toEqual([name, null])
        } else await answer.body?.cancel()
      }
    })

    it('describes every error', async () => {
      const { admin, document } = await serve(workers)
      const isError = new Ajv2020({ strict: true }).compile(document.components.schemas['Error'] ?? {})
      for (const { path, method, operation } of operationsOf(document)) {
        const other = method === 'GET' ? 'DELETE' : 'PUT'
        const answer = await fetch(`${admin}${path.replace(/\{\w+\}/, 'x')}`, { method: other })
        expect([path, answer.status]).toEqual([path, 405])
        expect(isError(await answer.json())).toBe(true)
        expect(operation.responses['405']?.$ref, path).toBe('#/components/responses/Error')
      }
    })
  })

describe('docs/admin-api.md', () => {
  const page = readFileSync(new URL('../../docs/admin-api.md', import.meta.url), 'utf8')

  it('lists the paths and rights of the document, in both directions', async () => {
    const { document } = await serve(1)
    const documented = [...page.matchAll(/^\| (`(?:GET|POST) .*?`) \| (none|read|change) \|/gm)].flatMap(
      ([, paths = '', right]) =>
        [...paths.matchAll(/`(GET|POST) ([^`]*)`/g)].map(([, method, path]) => `${method} ${path} ${right}`),
    )
    const served = operationsOf(document).map(
      ({ path, method, operation }) => `${method} ${path} ${operation['x-right']}`,
    )
    expect(documented.sort()).toEqual(served.sort())
  })
})
