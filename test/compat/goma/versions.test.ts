import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { goma, localJwt } from './goma-config.ts'

const load = (text: string) => loadGood(text, {}, 'goma.yml')

/** Codes of the warnings, each with its line. */
async function warningsOf(text: string): Promise<readonly (readonly [string, number | undefined])[]> {
  const { warnings } = await load(text)
  return warnings.map(({ code, position }) => [code, position?.line])
}

const NO_EFFECT = 'WARN_COMPAT_NO_EFFECT'

describe("what Goma's reader accepts", () => {
  it('comments right after a quote, which a warder.yaml may not have', async () => {
    const text = goma('', '', `sslCertFile: ''#cert.pem\n  sslKeyFile: ""#key.pem`)
    expect(await warningsOf(text)).toEqual([])
    const { diagnostics } = await loadBad("version: 1\nlisten: { admin: 'off'#x\n  }\nissuers: []\n")
    expect(diagnostics.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_CONFIG_SYNTAX', 2],
    ])
  })

  it('but not an unterminated quote', async () => {
    const { diagnostics } = await loadBad(goma(`rewrite: "/x`), {}, 'goma.yml')
    expect(diagnostics[0]?.code).toBe('ERR_CONFIG_SYNTAX')
  })

  it('keys without a value, and warns if that leaves a route without guards', async () => {
    const text = goma(
      'methods:\n      hosts:\n      cors:\n      healthCheck:\n      middlewares:',
      localJwt('g', '[/*]').replace('rule: {', 'rule: { claimsExpression: ,'),
      'extraConfig:\n  defaults:\n    middlewares:',
    )
    expect(await warningsOf(text)).toEqual([
      [NO_EFFECT, 5],
      [NO_EFFECT, 14],
      ['WARN_COMPAT_UNUSED_MIDDLEWARE', 16],
    ])
  })

  for (const [what, middleware] of [
    ['paths', '{ name: a, type: basic, paths: , rule: { username: a, password: b } }'],
    ['rule', '{ name: a, type: basic, paths: [/*], rule: }'],
    ['secret', '{ name: a, type: jwtAuth, paths: [/*], rule: { secret: , issuer: me } }'],
    ['url', '{ name: a, type: jwt, paths: [/*], rule: { url: } }'],
  ] as const) {
    it(`but not a guard without a value for \`${what}\``, async () => {
      const { diagnostics } = await loadBad(goma('middlewares: [a]', `middlewares:\n  - ${middleware}\n`))
      expect(
        diagnostics.some(({ severity, position }) => severity === 'error' && position?.line === 10),
      ).toBe(true)
    })
  }

  it('no destination beside backends, and both spellings of their key', async () => {
    const text = goma('backends: [{ endPoint: "https://a.example/" }, { endpoint: "http://b:1" }]')
    const { settings } = await load(text.replace('http://svc:8080', "''"))
    expect(settings.upstreams[0]?.servers.map(({ url }) => url)).toEqual(['https://a.example', 'http://b:1'])
    const { diagnostics } = await loadBad(goma('').replace('http://svc:8080', "''"))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_MISSING_KEY'])
  })

  it('routes without a name', async () => {
    const { settings } = await load(goma('').replace('- name: api\n      path', '- path'))
    expect(settings.routes.map(({ name }) => name)).toEqual(['route-1'])
  })

  it('a health check that is a path, or times that are 0', async () => {
    const { settings } = await load(goma('healthCheck: /health'))
    expect(settings.upstreams[0]?.health).toMatchObject({ path: '/health', intervalMs: 30_000 })
    const zero = await load(goma('healthCheck: { path: /health, interval: 0, timeout: 0 }'))
    expect(zero.settings.upstreams[0]?.health).toMatchObject({ ...settings.upstreams[0]?.health })
    expect((await load(goma("healthCheck: ''"))).settings.upstreams[0]?.health).toBe(undefined)
  })

  it('the host, the address and the limit of the oldest versions', async () => {
    const { settings } = await load(
      goma('host: a.example', '', 'listenAddr: 127.0.0.1:9000\n  rateLimiter: 7'),
    )
    expect(settings.routes[0]?.host).toEqual(['a.example'])
    const [listener, ...others] = settings.listen.gateway
    expect([listener?.address, listener?.rateLimit?.[0]?.requests, others]).toEqual([
      { kind: 'tcp', host: '127.0.0.1', port: 9000 },
      7,
      [],
    ])
    expect((await load(goma("host: ''"))).settings.routes[0]?.host).toEqual([])
  })

  it('one address, which has only TLS if there is a certificate', async () => {
    const tls = 'listenAddr: :9443\n  sslCertFile: a.pem\n  sslKeyFile: a.key'
    const { settings } = await load(goma('', '', tls))
    expect(settings.listen.gateway.map(({ address, tls: own }) => [address, own !== undefined])).toEqual([
      [{ kind: 'tcp', host: '::', port: 9443 }, true],
    ])
  })

  it('the keys of `cors` from 0.2.12 on', async () => {
    const text = goma(
      '',
      '',
      'cors: { origins: [https://a.example], allowedHeaders: [X-A, X-B], exposeHeaders: [X-C], maxAge: 60, allowMethods: [GET, PUT], allowCredentials: true, headers: { Access-Control-Max-Age: 60, X-Session-Id: x } }',
    )
    const { settings } = await load(text)
    expect(settings.routes[0]?.cors).toMatchObject({
      origins: ['https://a.example'],
      methods: ['GET', 'PUT'],
      expose: ['X-C'],
      credentials: true,
      maxAgeMs: 60_000,
    })
    expect(await warningsOf(text)).toEqual([[NO_EFFECT, 3]])
    const { diagnostics } = await loadBad(text.replace('maxAge: 60', 'maxAge: 61'))
    expect(diagnostics.some(({ code }) => code === 'ERR_CONFIG_EXACTLY_ONE')).toBe(true)
    const off = await load(text.replace('cors: {', 'cors: { enabled: false,'))
    expect(off.settings.routes[0]?.cors).toBe(undefined)
  })

  it('`errorInterceptor`, with its statuses and without its texts', async () => {
    const errors = '[{ status: 404 }, { code: 410 }, { statusCode: 500, body: "oh" }, { status: 200 }]'
    const on = (key: string): string =>
      `errorInterceptor: { enabled: ${key}, contentType: "text/plain", errors: ${errors} }`
    const { settings } = await load(goma(on('true')))
    expect(settings.upstreams[0]?.interceptErrors).toEqual([404, 410, 500])
    expect(await warningsOf(goma(on('true')))).toEqual([
      [NO_EFFECT, 8],
      [NO_EFFECT, 8],
    ])
    expect((await warningsOf(goma('', '', on('true')))).map(([, line]) => line)).toEqual([3, 3])
    expect((await load(goma('', '', on('true')))).settings.upstreams[0]?.interceptErrors).toEqual([
      404, 410, 500,
    ])
    expect((await load(goma(on('false')))).settings.upstreams[0]?.interceptErrors).toEqual([])
  })

  it('middlewares of the gateway, and defaults of the top level, which guard', async () => {
    const guard = localJwt('g', '[/*]')
    const inner = guard.replaceAll(/^/gm, '  ').trimEnd()
    const { settings } = await load(goma('middlewares: [g]', '', inner.trimStart()))
    expect(settings.routes.map(({ access }) => access.kind)).toEqual(['policy'])
    const top = await load(goma('', `${guard}defaults: { middlewares: [g] }\n`))
    expect(top.settings.routes.map(({ access }) => access.kind)).toEqual(['policy'])
    const { diagnostics } = await loadBad(
      goma('', '', inner.trimStart().replace('paths: [/*]', 'paths: ["/("]')),
    )
    expect(diagnostics.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_CONFIG_PATH', 6],
    ])
    expect((await load(goma('', '', 'middlewares: []'))).settings.routes.length).toBe(1)
  })

  it('a middleware inside the `paths` of another, which has no effect', async () => {
    const nested = `middlewares:
  - name: closed
    type: access
    paths:
      - /internal/*
      - name: late
        type: oauth
        paths: [/x]
        rule: {}
`
    expect(await warningsOf(goma('middlewares: [closed]', nested))).toEqual([
      ['WARN_COMPAT_PUBLIC_PATHS', 6],
      [NO_EFFECT, 14],
    ])
    const { diagnostics } = await loadBad(goma('middlewares: [closed, late]', nested))
    expect(diagnostics.some(({ code }) => code === 'ERR_COMPAT_UNKNOWN_MIDDLEWARE')).toBe(true)
    const alone = await loadBad(goma('middlewares: [closed]', nested.replace('      - /internal/*\n', '')))
    expect(alone.diagnostics.some(({ code }) => code === 'ERR_CONFIG_MISSING_KEY')).toBe(true)
    const other = await loadBad(goma('middlewares: [closed]', nested.replace('/internal/*', '{ path: /x }')))
    expect(other.diagnostics[0]?.severity).toBe('error')
  })

  it('a file without routes, which denies everything', async () => {
    for (const gateway of ['gateway: {}', 'gateway: { routes: [] }', 'gateway:\n  routes:']) {
      const { settings, warnings } = await load(`${gateway}\n`)
      expect(settings.routes.map(({ path: paths, access }) => [paths, access.kind])).toEqual([
        [['/**'], 'deny'],
      ])
      expect(warnings.map(({ code }) => code as string)).toEqual(['WARN_COMPAT_NO_ROUTES'])
    }
    const text = 'gateway: { routes: [{ path: /a, disabled: true, destination: "http://a:1" }] }\n'
    expect((await load(text)).settings.routes.map(({ access }) => access.kind)).toEqual(['deny'])
  })

  it('routes of providers only if there are no others that they could close', async () => {
    const providers = 'providers: { git: { enabled: true, url: "https://a.example" } }'
    expect(
      await warningsOf(`gateway:
  ${providers}
`),
    ).toEqual([
      ['WARN_COMPAT_NO_ROUTES', 1],
      [NO_EFFECT, 2],
    ])
    const { diagnostics } = await loadBad(goma('', '', providers))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_COMPAT_UNSUPPORTED'])
    expect(await warningsOf(goma('', '', providers.replace('true', 'false')))).toEqual([])
  })
})

describe('what is stricter here than in Goma is a warning', () => {
  const AUTH = `middlewares: [{ name: a, type: forwardAuth, paths: [/*], rule: { authUrl: "https://a.example", `
  /** What it is, the text, the line. */
  const CASES: readonly (readonly [string, string, number])[] = [
    ['insecureSkipVerify of a route', goma('insecureSkipVerify: true'), 8],
    ['insecureSkipVerify of its security', goma('security: { tls: { insecureSkipVerify: true } }'), 8],
    [
      'skipInsecureVerify of an auth service',
      goma('middlewares: [a]', `${AUTH}skipInsecureVerify: true } }]`),
      9,
    ],
    [
      'enableHostForwarding of an auth service',
      goma('middlewares: [a]', `${AUTH}enableHostForwarding: true } }]`),
      9,
    ],
    ['disableHeaderXForward', goma('disableHeaderXForward: true'), 8],
    ['certManager', `certManager: { acme: { email: a@example.com } }\n${goma('')}`, 1],
    ['certManager of the gateway', goma('', '', 'certManager: { acme: { email: a@example.com } }'), 3],
    ['acme', `acme: { email: a@example.com }\n${goma('')}`, 1],
    ['tls.provider of a route', goma('tls: { provider: vault }'), 8],
    ['passThrough', goma('', '', 'entryPoints: { passThrough: { forwards: [{ port: 1 }] } }'), 3],
    ['networking', goma('', '', 'networking: { transport: { maxIdleConns: 100 } }'), 3],
    ['certsDir', goma('', '', 'tls: { certsDir: /etc/certs }'), 3],
    ['a key in PEM', goma('', '', 'tls: { keys: [{ cert: a.pem, key: "-----BEGIN PRIVATE KEY-----" }] }'), 3],
    [
      'a certificate in base64',
      goma('', '', 'tls: { certificates: [{ cert: LS0tLS1CRUdJTiBDRVJU..., key: a.key }] }'),
      3,
    ],
    [
      'statusCode of access',
      goma(
        'middlewares: [a]',
        'middlewares: [{ name: a, type: access, paths: [/*], rule: { statusCode: 404 } }]',
      ),
      9,
    ],
  ]
  for (const [what, text, line] of CASES)
    it(what, async () => {
      const found = await warningsOf(text)
      expect(found.filter(([code]) => code.startsWith('WARN_COMPAT'))).toEqual([[NO_EFFECT, line]])
    })

  it('a repeated user, of which the first counts', async () => {
    const users = 'middlewares: [{ name: a, type: basic, paths: [/*], rule: { users: ["u:one", "u:two"] } }]'
    const { settings, warnings } = await load(goma('middlewares: [a]', users))
    expect(warnings.map(({ code }) => code as string)).toEqual(['WARN_CONFIG_PASSWORDS_UNLIMITED', NO_EFFECT])
    const [access] = settings.routes.map((route) => route.access)
    expect(JSON.stringify(access)).toContain('one')
    expect(JSON.stringify(access)).not.toContain('two')
  })

  it('a secret of 16 bytes or more, and no shorter one', async () => {
    const withSecret = (secret: string): string =>
      goma('middlewares: [g]', localJwt('g', '[/*]').replace(/secret: \w+/, `secret: ${secret}`))
    expect(await warningsOf(withSecret('k'.repeat(16)))).toEqual([['WARN_CONFIG_SECRET_SHORT', 13]])
    expect(await warningsOf(withSecret('k'.repeat(31)))).toEqual([['WARN_CONFIG_SECRET_SHORT', 13]])
    expect(await warningsOf(withSecret('k'.repeat(32)))).toEqual([])
    const { diagnostics } = await loadBad(withSecret('k'.repeat(15)))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_SECRET_SHORT'])
    const original = await load(withSecret('k'.repeat(20)))
    expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
  })
})

describe('`algo`, as documents of Goma call it', () => {
  const rule = (more: string): string =>
    goma('middlewares: [g]', localJwt('g', '[/*]').replace('issuer: me', `issuer: me, ${more}`))

  it('restricts the algorithms, though Goma does not read it', async () => {
    const { settings } = await load(rule('algo: HS256'))
    expect(settings.issuers[0]?.algorithms).toEqual(['HS256'])
    const { diagnostics } = await loadBad(rule('algo: HS256, alg: HS256'))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_EXACTLY_ONE'])
    const unknown = await loadBad(rule('algo: none'))
    expect(unknown.diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_ALGORITHM_UNKNOWN'])
  })
})

describe('the servers of a route', () => {
  it('have their authority and the client certificate that they are shown', async () => {
    const tls = 'security: { tls: { rootCAs: /etc/ca.pem, clientCert: /etc/c.pem, clientKey: /etc/c.key } }'
    const { settings } = await load(goma(tls))
    expect(settings.upstreams[0]).toMatchObject({
      caFile: '/etc/ca.pem',
      clientCertificate: { certFile: '/etc/c.pem', keyFile: '/etc/c.key' },
    })
    const { diagnostics } = await loadBad(goma('security: { tls: { clientCert: /etc/c.pem } }'))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_MISSING_KEY'])
  })
})
