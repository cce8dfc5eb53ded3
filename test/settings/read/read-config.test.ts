import { describe, expect, it } from 'bun:test'
import { readConfig } from '../../../src/settings/read/read-config.ts'

/** With routes of which the first one may be wrong. */
const configOf = (routes: number, first: unknown) => ({
  version: 1,
  issuers: [{ issuer: 'https://idp.example.com', audience: 'api' }],
  policies: { read: { scope: 'orders:read' } },
  routes: [
    first,
    ...Array.from({ length: routes - 1 }, (_, i) => ({ match: { path: `/${i}/**` }, access: 'public' })),
  ],
})

describe('a configuration', () => {
  const good = { match: { host: 'api.example.com', path: '/x/**', method: 'GET' }, policy: 'read' }
  const firsts = [
    good,
    { ...good, policys: 'read' },
    { ...good, policy: 7 },
    { match: { path: [] }, policy: 'read' },
    { match: { path: '/x', methods: 'GET' } },
    'text',
    null,
  ]
  for (const first of firsts) {
    it(`is read alike whether it is large or small, with a route ${JSON.stringify(first)}`, () => {
      // The schema of a large one is compiled.
      const [small, large] = [10, 1_000].map((routes) => {
        const { parts, problems } = readConfig(configOf(routes, first))
        return { first: parts.whole?.routes?.[0], policies: parts.policies, problems }
      })
      expect(large).toEqual(small)
      expect(small?.first !== undefined).toBe(first === good)
    })
  }
})
