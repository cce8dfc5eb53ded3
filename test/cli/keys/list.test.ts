import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readKeysReport } from '../../../src/cli/keys/list.ts'
import { runWarder } from '../run-warder.ts'

const KEY = { kid: 'a', type: 'P-256', algorithms: ['ES256'], thumbprint: null, inForce: true }
const ISSUER = { name: 'main', source: 's', state: 'fresh', keys: [KEY], ignored: [{ kid: null, why: 'w' }] }
const report = (issuers: unknown): string => JSON.stringify({ schema: 'warder.keys/v1', issuers })

/** Whatever is at one place of a good report. */
function putAt(value: unknown, path: readonly (string | number)[], put: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return put
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...Object(value) }
  Reflect.set(copy, first, putAt(Reflect.get(copy, first), rest, put))
  return copy
}

const PATHS: readonly (readonly (string | number)[])[] = [
  [],
  [0],
  ...[...Object.keys(ISSUER), 'loadedAt', 'lastError'].map((name) => [0, name]),
  [0, 'keys', 0],
  ...[...Object.keys(KEY), 'firstSeen'].map((name) => [0, 'keys', 0, name]),
  [0, 'keys', 0, 'algorithms', 0],
  [0, 'ignored', 0],
  [0, 'ignored', 0, 'kid'],
  [0, 'ignored', 0, 'why'],
]

describe('the answer to `keys list --server`', () => {
  it('may have unknown members', () => {
    expect(readKeysReport({ issuers: [{ ...ISSUER, more: 1 }] })).toHaveLength(1)
  })

  it('is reported as another program, never as a bug, if its shape is wrong', async () => {
    let body = ''
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response(body) })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATHS),
        fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, 1, {}, [null], 'text')),
        async (path, put) => {
          body = report(putAt([ISSUER], path, put))
          const { code } = await runWarder(['keys', 'list', '--server', `http://127.0.0.1:${server.port}`])
          expect([0, 6]).toContain(code)
        },
      ),
    )
    await server.stop(true)
  })
})
