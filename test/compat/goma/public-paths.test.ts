import { describe, expect, it } from 'bun:test'
import { loadGood } from '../../config/load-text.ts'

const MIDDLEWARES = `middlewares:
  - { name: guard, type: basic, paths: [/admin/*], rule: { username: a, password: pw } }
  - { name: all, type: basic, paths: [/*], rule: { username: a, password: pw } }
  - { name: closed, type: access, paths: [/internal/*] }
  - { name: limit, type: rateLimit, paths: [/x], rule: { unit: hour, requestsPerUnit: 5 } }
`
const SVC = 'destination: "http://svc:8080"'

/** Lines of the warnings of what is public, and their messages. */
async function warningsOf(routes: readonly string[]): Promise<readonly (readonly [number, string])[]> {
  const list = routes.map((route) => `    - { ${route}, ${SVC} }\n`).join('')
  const { warnings } = await loadGood(`gateway:\n  routes:\n${list}${MIDDLEWARES}`, {}, 'goma.yml')
  return warnings
    .filter(({ code }) => code === 'WARN_COMPAT_PUBLIC_PATHS')
    .map(({ position, message }) => [position?.line ?? 0, message])
}

describe('a public path near a guarded one is a warning with the line of its route', () => {
  /** What it is, the routes, the lines. */
  const CASES: readonly (readonly [string, readonly string[], readonly number[]])[] = [
    ['the rest of a guarded route', ['name: a, path: /api, middlewares: [guard]'], [3]],
    ['the rest of a closed route', ['name: a, path: /api, middlewares: [closed]'], [3]],
    ['nothing of a route that is guarded whole', ['name: a, path: /api, middlewares: [all]'], []],
    [
      'nothing of a route that is guarded whole, and closed in part',
      ['name: a, path: /api, middlewares: [all, closed]'],
      [],
    ],
    [
      'nothing of routes without guards',
      ['name: a, path: /api', 'name: b, path: /', 'name: c, path: /c, middlewares: [limit]'],
      [],
    ],
    [
      'a route below a guarded one',
      ['name: a, path: /api, middlewares: [all]', 'name: b, path: /api/open'],
      [4],
    ],
    [
      'a route around a guarded one',
      ['name: a, path: /, hosts: [a.example]', 'name: b, path: /b, middlewares: [all]'],
      [3],
    ],
    [
      'nothing of a route beside, on its own path',
      ['name: a, path: /a', 'name: b, path: /b, middlewares: [all]'],
      [],
    ],
    [
      'nothing of another host',
      ['name: a, path: /, hosts: [a.example]', 'name: b, path: /b, hosts: [b.example], middlewares: [all]'],
      [],
    ],
    [
      'a host that a wildcard covers',
      ['name: a, path: /, hosts: ["*.example"]', 'name: b, path: /b, hosts: [b.example], middlewares: [all]'],
      [3],
    ],
    [
      'nothing of a guarded route with methods',
      [
        'name: a, path: /, methods: [GET], middlewares: [all]',
        'name: b, path: /b, methods: [GET], middlewares: [all]',
      ],
      [],
    ],
  ]
  for (const [what, routes, lines] of CASES)
    it(what, async () => expect((await warningsOf(routes)).map(([line]) => line)).toEqual([...lines]))

  it('that names the public and the guarded paths', async () => {
    const [[, message] = []] = await warningsOf(['name: a, path: /api, middlewares: [guard, closed]'])
    for (const path of ['"/api"', '"/api/admin"', '"/api/internal"']) expect(message).toContain(path)
  })
})
