import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadGood } from '../../config/load-text.ts'
import { goma, localJwt, SECRET } from './goma-config.ts'

const ADDRESS = { kind: 'address' } as const

describe('a configuration of Goma', () => {
  it('is recognised, and listens where Goma does', async () => {
    const { settings, format } = await loadGood(goma(''))
    expect(format).toBe('goma')
    expect(settings.listen.gateway[0]?.address).toEqual({ kind: 'tcp', host: '::', port: 8080 })
  })

  it('keeps the places of its listeners', async () => {
    const { settings } = await loadGood(goma('', '', 'entryPoints: { web: { address: "127.0.0.1:9000" } }'))
    expect(settings.listen.gateway[0]?.address).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 9000 })
  })

  it('guards sub-paths before the rest of the route', async () => {
    const { settings } = await loadGood(goma('middlewares: [g]', localJwt('g', '[/x, /y/*]')))
    expect(settings.routes.map(({ name, path: paths, access }) => [name, paths, access])).toEqual([
      ['api-g', ['/api/x/**', '/api/y/**'], { kind: 'policy', policy: 'g' }],
      ['api', ['/api/**'], { kind: 'public' }],
    ])
  })

  it('denies what an access middleware names, whatever else applies', async () => {
    const middlewares = `${localJwt('g', '[/*]')}  - { name: closed, type: access, paths: [/admin/*] }\n`
    const { settings } = await loadGood(goma('middlewares: [g, closed]', middlewares))
    expect(settings.routes.map(({ path: paths, access }) => [paths, access.kind])).toEqual([
      [['/api/admin/**'], 'deny'],
      [['/api/**'], 'policy'],
    ])
  })

  it('asks the longest path first, and one for certain hosts before one for all', async () => {
    const { settings } = await loadGood(`gateway:
  routes:
    - { name: root, path: /, destination: "http://a:1" }
    - { name: api, path: /api, destination: "http://a:1" }
    - { name: host, path: /, hosts: [a.example], destination: "http://a:1" }
    - { name: off, path: /off, destination: "http://a:1", enabled: false }
`)
    expect(settings.routes.map(({ name }) => name)).toEqual(['api', 'host', 'root'])
  })

  it('denies other methods of a route instead of asking a shorter one', async () => {
    const { settings } = await loadGood(goma('methods: [GET, post]'))
    expect(
      settings.routes.map(({ path: paths, method: methods, access }) => [paths, methods, access.kind]),
    ).toEqual([
      [['/api/**'], ['GET', 'POST'], 'public'],
      [['/api/**'], [], 'deny'],
    ])
  })

  it('has its servers, hosts, health checks and rewrites', async () => {
    const { settings } = await loadGood(
      goma(`hosts: [api.example.com]
      rewrite: /v2
      backends: ["http://a:1", { endpoint: "http://b:2/", weight: 3 }]
      disableHostFording: true
      rateLimit: 60
      healthCheck: { path: /health, interval: 10s }`),
    )
    const [route] = settings.routes
    expect(route).toMatchObject({
      host: ['api.example.com'],
      rewrite: { stripPrefix: '/api', addPrefix: '/v2' },
    })
    expect(settings.upstreams).toMatchObject([
      {
        name: 'api',
        host: 'upstream',
        rateLimit: [{ requests: 60, perMs: 60_000, by: ADDRESS }],
        health: { path: '/health', intervalMs: 10_000 },
        servers: [
          { url: 'http://a:1', weight: 1 },
          { url: 'http://b:2', weight: 3 },
        ],
      },
    ])
  })

  it('limits rates by a middleware if the route does not', async () => {
    const limit = `middlewares: [{ name: l, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5 } }]`
    const { settings } = await loadGood(goma('middlewares: [l]', limit))
    expect(settings.upstreams[0]?.rateLimit).toEqual([{ requests: 5, perMs: 3_600_000, by: ADDRESS }])
    expect(settings.routes.map(({ path: paths, access }) => [paths, access.kind])).toEqual([
      [['/api/**'], 'public'],
    ])
    const both = await loadGood(goma('middlewares: [l]\n      rateLimit: 9', limit))
    expect(both.settings.upstreams[0]?.rateLimit).toEqual([{ requests: 9, perMs: 60_000, by: ADDRESS }])
  })

  it('limits rates of the whole route by a middleware without `paths`', async () => {
    const limit = 'middlewares: [{ name: l, type: rateLimit, rule: { unit: hour, requestsPerUnit: 5 } }]'
    const { settings } = await loadGood(goma('middlewares: [l]', limit))
    expect(settings.upstreams[0]?.rateLimit).toEqual([{ requests: 5, perMs: 3_600_000, by: ADDRESS }])
  })

  it('limits rates of all of the gateway', async () => {
    const { settings } = await loadGood(goma('', '', 'rateLimit: 100'))
    expect(settings.listen.gateway[0]?.rateLimit).toEqual([{ requests: 100, perMs: 60_000, by: ADDRESS }])
  })

  it('limits rates by several middlewares, of the same clients by the smaller one', async () => {
    const limits = ['hour, requestsPerUnit: 9', 'hour, requestsPerUnit: 5', 'second, requestsPerUnit: 1'].map(
      (rule, i) => `  - { name: l${i}, type: rateLimit, paths: [/*], rule: { unit: ${rule} } }\n`,
    )
    const { settings } = await loadGood(goma('middlewares: [l0, l1, l2]', `middlewares:\n${limits.join('')}`))
    expect(settings.upstreams[0]?.rateLimit).toEqual([
      { requests: 5, perMs: 3_600_000, by: ADDRESS },
      { requests: 1, perMs: 1_000, by: ADDRESS },
    ])
  })

  it('limits rates of some paths, by the key of its rule', async () => {
    const limit = `middlewares:
  - { name: l, type: rateLimit, paths: [/login, /reset/*], rule: { unit: minute, requestsPerUnit: 5 } }
  - { name: k, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 50, keyStrategy: { source: header, name: X-Api-Key } } }
`
    const { settings, warnings } = await loadGood(goma('middlewares: [l, k]', limit))
    expect(
      settings.routes.map(({ path: paths, access, rateLimit: rateLimits }) => [
        paths,
        access.kind,
        rateLimits,
      ]),
    ).toEqual([
      [['/api/login/**', '/api/reset/**'], 'public', [{ requests: 5, perMs: 60_000, by: ADDRESS }]],
      [['/api/**'], 'public', undefined],
    ])
    expect(settings.upstreams[0]?.rateLimit).toEqual([
      { requests: 50, perMs: 3_600_000, by: { kind: 'header', name: 'X-Api-Key' } },
    ])
    expect(warnings.map(({ code }) => code as string)).toEqual(['WARN_CONFIG_RATE_LIMIT_KEY'])
    const own = await loadGood(goma('middlewares: [l, k]\n      rateLimit: 7', limit))
    expect(own.settings.routes.flatMap(({ rateLimit: rateLimits = [] }) => rateLimits)).toEqual([])
    expect(own.settings.upstreams[0]?.rateLimit).toEqual([{ requests: 7, perMs: 60_000, by: ADDRESS }])
  })

  it('limits rates on a path that is judged as well', async () => {
    const middlewares = `${localJwt('g', '[/x/*]')}  - { name: l, type: rateLimit, paths: [/x/*], rule: { unit: minute, requestsPerUnit: 5 } }\n`
    const { settings } = await loadGood(goma('middlewares: [g, l]', middlewares))
    expect(
      settings.routes.map(({ path: paths, access, rateLimit: rateLimits }) => [
        paths,
        access.kind,
        rateLimits?.length,
      ]),
    ).toEqual([
      [['/api/x/**'], 'policy', 1],
      [['/api/**'], 'public', undefined],
    ])
  })

  it('verifies tokens as the newer Goma means to, and forwards claims', async () => {
    const rule = `{ jwksUrl: "https://idp.example/jwks", issuer: "https://idp.example", audience: api, alg: ES256, forwardHeaders: { X-User: sub } }`
    const { settings } = await loadGood(
      goma('middlewares: [g]', `middlewares: [{ name: g, type: jwt, paths: [/*], rule: ${rule} }]`),
    )
    expect(settings.issuers).toMatchObject([
      { issuer: 'https://idp.example', audience: ['api'], algorithms: ['ES256'], keys: { kind: 'jwks_url' } },
    ])
    expect(settings.policies[0]?.identity).toMatchObject([{ name: 'X-User', claim: 'sub' }])
    expect(settings.upstreams[0]?.stripToken).toBe(true)
  })

  it('is converted to a warder.yaml with the same settings', async () => {
    const original = await loadGood(
      goma('middlewares: [g]\n      methods: [GET]\n      rewrite: /', localJwt('g', '[/x, /y/*]')),
    )
    const text = convertConfig(original)
    expect(text).toContain(SECRET)
    const converted = await loadGood(text)
    expect(converted.format).toBe('warder')
    expect(converted.settings).toEqual(original.settings)
  })

  it('warns of keys without effect, and of middlewares that guard nothing', async () => {
    const { warnings } = await loadGood(goma('', localJwt('g', '[/*]'), 'logLevel: debug'))
    expect(warnings.map(({ code, position }) => [code, position?.line])).toEqual([
      ['WARN_COMPAT_NO_EFFECT', 3],
      ['WARN_COMPAT_UNUSED_MIDDLEWARE', 10],
    ])
  })
})
