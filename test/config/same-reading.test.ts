import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { assertClaimPath } from '../../src/syntax/claim-path.ts'
import { checkClaimPath, checkHostPattern } from '../../src/settings/values/texts.ts'
import { checkPathPattern } from '../../src/settings/values/paths.ts'
import { compileRoutes } from '../../src/policy/compile-routes.ts'
import { canonicalizePath } from '../../src/request/canonical-path.ts'
import { parseHost } from '../../src/syntax/parse-host.ts'
import { routeSettings } from '../support/make-guard.ts'

const textOf = (...units: readonly string[]): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), maxLength: 12 })

const routesOf = (settings: Parameters<typeof routeSettings>[0]) =>
  compileRoutes([routeSettings({ access: { kind: 'public' }, ...settings })], new Map())

describe('what the configuration accepts is what a decision understands', () => {
  it('of path patterns: each compiles, and one without wildcards matches the path that it is', () => {
    const paths = textOf(
      '/',
      'a',
      '*',
      '**',
      '.',
      '..',
      '%',
      '41',
      '2F',
      ';',
      '?',
      '#',
      '\\',
      ' ',
      'é',
      '\u0000',
    )
    fc.assert(
      fc.property(paths, (rest) => {
        const text = `/${rest}`
        if (!checkPathPattern(text).ok) return
        const routes = routesOf({ path: [text] })
        if (text.includes('*')) return
        const path = canonicalizePath(encodeURI(text))
        expect(path).toEqual({ ok: true, value: text })
        expect(routes.match({ method: 'GET', host: '', path: text })).toBeDefined()
      }),
      { numRuns: 5_000 },
    )
  })

  it('of hosts: each can be the host of a request, and then matches', () => {
    const hosts = textOf('a', 'B', '1', '-', '_', '.', '..', '*.', '[', ']', ':', '::1', '@', '/', ' ', 'K')
    fc.assert(
      fc.property(hosts, (text) => {
        const pattern = checkHostPattern(text)
        if (!pattern.ok) return
        const asked = pattern.value.replace('*', 'x')
        const host = parseHost(asked)
        expect(host).toBe(asked)
        expect(
          routesOf({ host: [pattern.value] }).match({ method: 'GET', host: asked, path: '/' }),
        ).toBeDefined()
      }),
      { numRuns: 5_000 },
    )
  })

  it('of claim paths: each compiles', () => {
    fc.assert(
      fc.property(textOf('a', '.', '\\', '\\.', '\\\\', ' ', '\u0000', '__proto__'), (text) => {
        if (checkClaimPath(text).ok) expect(assertClaimPath(text).length).toBeGreaterThan(0)
      }),
      { numRuns: 5_000 },
    )
  })

  for (const host of ['_dmarc.example.com', `${'a.'.repeat(140)}example.com`]) {
    it(`refuses a host that no request can have (${host.slice(0, 20)})`, () =>
      expect(checkHostPattern(host).ok).toBe(false))
  }
})
