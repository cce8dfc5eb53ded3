import { describe, expect, it } from 'bun:test'
import type { RouteSettings } from '../../../../src/settings/route/definition.ts'
import { explain } from '../../../support/explain.ts'
import { decideOf, makeGuard, makeRequest, routeSettings } from '../../../support/make-guard.ts'

const deny = { kind: 'deny' } as const
const rest = routeSettings({ name: 'rest', access: { kind: 'public' } })
const kept: RouteSettings = { ...rest, encoded: 'keep' }
const panel = routeSettings({ name: 'panel', path: ['/panel'], access: deny })
const read = routeSettings({ name: 'read', path: ['/panel'], method: ['GET'], access: deny })

describe('explain knows what a denial of a path or method usually means', () => {
  const cases: readonly (readonly [string, readonly RouteSettings[], string, string])[] = [
    ['GET', [panel, rest], '/panel/', 'other_spelling'],
    ['GET', [panel, rest], '/Panel', 'letter_case'],
    ['HEAD', [read, rest], '/panel', 'head_as_get'],
    ['GET', [panel, rest], '/@scope%2fname', 'encoded_path'],
    ['GET', [rest], '/wiki/C%23', 'unreadable_path'],
    ['GET', [kept], '/wiki/Who%3F', 'unreadable_path'],
    ['GET', [kept], '/bucket/50%2525', 'unreadable_path'],
    ['GET', [kept], '/a/../b', 'unreadable_path'],
    ['GET', [kept], '/a/..%2Fb', 'unreadable_path'],
  ]
  for (const [method, routes, path, name] of cases) {
    it(`${method} ${path}: ${name}`, async () => {
      const { failed } = await explain(decideOf(makeGuard({ routes })), makeRequest({ method, path }))
      expect(failed?.likelyCause?.name).toBe(name)
    })
  }
})
