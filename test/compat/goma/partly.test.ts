import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadConfigPartly, type PartlyLoaded } from '../../../src/config/load-partly.ts'
import { compileRoutes } from '../../../src/policy/compile-routes.ts'
import { loadDeps, loadGood } from '../../config/load-text.ts'
import { goma, localJwt } from './goma-config.ts'

const FILE = '/etc/warder/goma.yml'

async function convert(text: string, files: Readonly<Record<string, string>> = {}): Promise<PartlyLoaded> {
  const loaded = await loadConfigPartly(FILE, loadDeps({ files: { ...files, [FILE]: text } }))
  if (!loaded.ok) throw new Error(loaded.error.diagnostics.map(({ message }) => message).join('\n'))
  return loaded.value
}

const GUARD = localJwt('g', '[/*]')
const OPEN = `    - { name: open, path: /open, destination: "http://open:1" }\n`

/** Path and access of each route of the converted text, once it is loaded. */
async function routesOf({ config, missing }: PartlyLoaded): Promise<readonly (readonly [string, string])[]> {
  const { settings } = await loadGood(convertConfig(config, missing))
  return settings.routes.map(({ path: paths, access }) => [paths.join(' '), access.kind] as const)
}

describe('what can be converted of a configuration that is refused', () => {
  /** What is wrong, the text, codes and lines of what is missing, the routes. */
  const CASES: readonly (readonly [
    string,
    string,
    readonly (readonly [string, number])[],
    readonly (readonly [string, string])[],
  ])[] = [
    ['nothing', goma('middlewares: [g]', GUARD), [], [['/api/**', 'policy']]],
    [
      'a key of a route that Warder does not have',
      goma('priority: 1\n      middlewares: [g]', GUARD),
      [['ERR_COMPAT_UNSUPPORTED', 8]],
      [['/api/**', 'deny']],
    ],
    [
      'a middleware that does not exist',
      goma(`middlewares: [nope]\n${OPEN}`),
      [['ERR_COMPAT_UNKNOWN_MIDDLEWARE', 8]],
      [
        ['/api/**', 'deny'],
        ['/open/**', 'public'],
      ],
    ],
    [
      'a middleware of an unsupported type',
      goma(`middlewares: [o]\n${OPEN}`, 'middlewares: [{ name: o, type: oauth, paths: [/x] }]'),
      [['ERR_COMPAT_UNSUPPORTED', 11]],
      [
        ['/api/**', 'deny'],
        ['/open/**', 'public'],
      ],
    ],
    [
      'a middleware with a path that is a regular expression',
      goma('middlewares: [o]', 'middlewares: [{ name: o, type: access, paths: [/x, "/(a|b)"] }]'),
      [['ERR_CONFIG_PATH', 9]],
      [['/api/**', 'deny']],
    ],
    [
      'a middleware that is there twice',
      goma('middlewares: [g]', `${GUARD}  - { name: g, type: access, paths: [/y] }\n`),
      [['ERR_CONFIG_DUPLICATE_NAME', 14]],
      [['/api/**', 'deny']],
    ],
    [
      'a default that does not exist',
      goma(OPEN.trimStart(), '', 'defaults: { middlewares: [nope] }').replace(/\n {6}- \{/, '\n    - {'),
      [['ERR_COMPAT_UNKNOWN_MIDDLEWARE', 3]],
      [
        ['/api/**', 'deny'],
        ['/open/**', 'deny'],
      ],
    ],
    [
      'a route whose path is a regular expression',
      goma(OPEN.trimStart())
        .replace('path: /api', 'path: /api/v{n}/x')
        .replace(/\n {6}- \{/, '\n    - {'),
      [['ERR_CONFIG_PATH', 6]],
      [
        ['/api/**', 'deny'],
        ['/open/**', 'public'],
      ],
    ],
    [
      'a route without a destination',
      goma('').replace(/ +destination.*\n/, ''),
      [['ERR_CONFIG_MISSING_KEY', 5]],
      [['/api/**', 'deny']],
    ],
    [
      'a key of the gateway that Warder does not have',
      goma('middlewares: [g]', GUARD, 'blockCommonExploits: true'),
      [['ERR_COMPAT_UNSUPPORTED', 3]],
      [['/api/**', 'deny']],
    ],
    ...[
      'providers: { http: { enabled: true, endpoint: "http://p" } }',
      'rateLimit: -1',
      'middleware: [g]',
      'tls: { clientAuth: { clientCA: ca.pem } }',
      'entryPoints: { web: { address: "127.0.0.1:99999" } }',
      'cors: { origins: ["https://a"], headers: { X-Frame-Options: DENY } }',
      'errorInterceptor: 5',
    ].map(
      (key) =>
        [
          `a key of the gateway that may guard something: ${key}`,
          goma(OPEN.trimStart(), '', key).replace(/\n {6}- \{/, '\n    - {'),
          [[expect.any(String) as unknown as string, 3]],
          [
            ['/api/**', 'deny'],
            ['/open/**', 'deny'],
          ],
        ] as const,
    ),
    [
      'a key of the gateway that guards nothing',
      goma('middlewares: [g]', GUARD, 'proxy: { enabled: true, ipHeaders: [X-Real-IP] }'),
      [['ERR_COMPAT_UNSUPPORTED', 3]],
      [['/api/**', 'policy']],
    ],
    [
      'a key beside the gateway',
      `plugins: { path: /p }\n${goma('')}`,
      [['ERR_COMPAT_UNSUPPORTED', 1]],
      [['/api/**', 'deny']],
    ],
    [
      'middlewares that are no list',
      goma('', 'middlewares: { a: {} }'),
      [['ERR_CONFIG_TYPE', 9]],
      [['/api/**', 'deny']],
    ],
    ['no gateway', 'middlewares: []\n', [['ERR_CONFIG_MISSING_KEY', 1]], [['/**', 'deny']]],
    [
      'mistakes of every layer',
      goma(
        'unknown: 1\n      middlewares: [g]',
        GUARD.replace('secret: qwertyuiopasdfghjklzxcvbnm123456', 'secret: short'),
      ),
      [
        ['ERR_CONFIG_UNKNOWN_KEY', 8],
        ['ERR_CONFIG_SECRET_SHORT', 14],
      ],
      [['/api/**', 'deny']],
    ],
  ]
  for (const [what, text, missing, routes] of CASES) {
    it(what, async () => {
      const part = await convert(text)
      expect(part.missing.map(({ code, position }) => [code as string, position?.line ?? 0])).toEqual(
        missing.map((one) => [...one]),
      )
      const written = convertConfig(part.config, part.missing)
      expect([...written.matchAll(/^# TODO (\w+): .* \(goma\.yml:\d+\)/gm)].map(([, code]) => code)).toEqual(
        missing.map(([code]) => code),
      )
      expect((await routesOf(part)).toSorted()).toEqual(
        routes.map((one) => [...one] as [string, string]).toSorted(),
      )
    })
  }

  it('has a hint for each missing part', async () => {
    const { config, missing } = await convert(goma('priority: 1'))
    expect(convertConfig(config, missing)).toContain(
      'correct these mistakes in goma.yml and convert it again',
    )
    expect(convertConfig(config)).not.toContain('convert it again')
  })

  it('keeps what a closed route names, for whoever corrects it', async () => {
    const { config } = await convert(goma('priority: 1\n      middlewares: [nope, g]', GUARD))
    expect(config.settings.policies.map(({ name }) => name)).toEqual(['g'])
    expect(config.warnings.filter(({ code }) => code === 'WARN_COMPAT_UNUSED_MIDDLEWARE')).toEqual([])
  })

  it('closes every route beside further files that cannot be read', async () => {
    const text = goma('', '', 'extraConfig: { directory: extra }')
    const part = await convert(text, { '/etc/warder/extra/a.yml': 'routes: {' })
    expect(part.missing.map(({ code, position }) => [code as string, position?.file])).toEqual([
      ['ERR_CONFIG_SYNTAX', '/etc/warder/extra/a.yml'],
    ])
    expect(await routesOf(part)).toEqual([['/api/**', 'deny']])
  })

  it('is nothing if the file is not YAML', async () => {
    const loaded = await loadConfigPartly(FILE, loadDeps({ files: { [FILE]: 'gateway: {' } }))
    expect(loaded.ok).toBe(false)
  })

  it('opens nothing that the file would not open without its mistakes', async () => {
    const MISTAKES = [
      'priority: 3',
      'unknown: {}',
      'hosts: [{}]',
      'methods: 5',
      'rewrite: []',
      'middlewares: [nope]',
      'healthCheck: []',
      'cors: { origins: [x] }',
      'insecureSkipVerify: true',
      'tls: { keys: [{ cert: a }] }',
    ]
    const OF_GATEWAY = [
      'blockCommonExploits: true',
      'unknown: 1',
      'rateLimit: x',
      'defaults: { middlewares: [h] }',
      'cors: 5',
    ]
    const RULES = [
      'paths: ["/("]',
      'paths: []',
      'paths: 5',
      'type: nope',
      'rule: 5',
      'rule: { secret: x }',
      'extra: 1',
      'headers: {}',
    ]
    const route = fc.record({
      path: fc.constantFrom('/a', '/a/b', '/'),
      mistake: fc.constantFrom('', ...MISTAKES),
      guarded: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(route, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', ...RULES),
        fc.constantFrom('', '', ...OF_GATEWAY),
        async (routes, rule, ofGateway) => {
          const list = routes.map(({ path, mistake, guarded }, i) => {
            const own = guarded && !mistake.startsWith('middlewares') ? 'middlewares: [g]' : ''
            return `    - name: r${i}\n      path: ${path}\n      destination: "http://s:1"\n      ${mistake}\n      ${own}\n`
          })
          const [key = ''] = rule.split(':')
          const guard = [
            ['name', 'name: g'],
            ['type', 'type: jwtAuth'],
            ['paths', 'paths: [/*]'],
            ['rule', 'rule: { secret: qwertyuiopasdfghjklzxcvbnm123456, issuer: me, audience: you }'],
            [key, rule],
          ].filter(
            ([name, text], i, all) => text !== '' && all.findLastIndex(([other]) => other === name) === i,
          )
          const text = `gateway:\n  ${ofGateway}\n  routes:\n${list.join('')}middlewares:\n  - ${guard.map(([, line]) => line).join('\n    ')}\n`
          const part = await convert(text)
          const { settings } = await loadGood(convertConfig(part.config, part.missing))
          const table = compileRoutes(
            settings.routes.map((one) => ({
              ...one,
              access: one.access.kind === 'policy' ? { kind: 'deny' } : one.access,
            })),
            new Map(),
          )
          for (const asked of ['/', '/a', '/a/x', '/a/b', '/a/b/x', '/c']) {
            const found = table.match({ method: 'GET', host: 'h', path: asked })
            // The longest path, and of equal ones the first.
            const owner = routes
              .filter(({ path }) => path === '/' || asked === path || asked.startsWith(`${path}/`))
              .toSorted((a, b) => b.path.length - a.path.length)[0]
            const mayBeOpen =
              owner !== undefined &&
              !owner.guarded &&
              !owner.mistake.startsWith('middlewares') &&
              ofGateway === ''
            if (found?.access.kind === 'public') expect(mayBeOpen).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
