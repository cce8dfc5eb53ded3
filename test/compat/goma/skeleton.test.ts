import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { goma, SKELETON } from './goma-config.ts'

const ADDRESS = { kind: 'address' } as const

describe('the whole skeleton of Goma 0.2, unchanged', () => {
  it('loads, with a warning for each key that is set and has no effect', async () => {
    const { warnings } = await loadGood(SKELETON)
    const lines = SKELETON.split('\n')
    const named = warnings.map(({ code, position }) => [
      code as string,
      lines[(position?.line ?? 0) - 1]?.trim().split(':')[0],
    ])
    expect(named).toEqual([
      ['WARN_COMPAT_NO_EFFECT', 'redis'],
      ['WARN_COMPAT_NO_EFFECT', 'writeTimeout'],
      ['WARN_COMPAT_NO_EFFECT', 'readTimeout'],
      ['WARN_COMPAT_NO_EFFECT', 'idleTimeout'],
      ['WARN_COMPAT_NO_EFFECT', 'errorLog'],
      ['WARN_COMPAT_NO_EFFECT', 'logLevel'],
      ['WARN_COMPAT_EXTRA_DIRECTORY', 'extraRoutes'],
      ['WARN_COMPAT_PUBLIC_PATHS', 'path'],
      ['WARN_COMPAT_PATH_WIDENED', 'paths'],
    ])
  })

  it('has the meaning of its keys', async () => {
    const { settings } = await loadGood(SKELETON)
    expect(
      settings.routes.map(({ name, path: paths, method: methods, access, cors }) => [
        name,
        paths,
        methods,
        access.kind,
        cors,
      ]),
    ).toEqual([
      [
        'api-google-auth',
        expect.arrayContaining(['/api/protected-access/**']),
        ['GET', 'POST'],
        'forward_auth',
        CORS,
      ],
      ['api', ['/api/**'], ['GET', 'POST'], 'public', CORS],
      ['api-other-methods', ['/api/**'], [], 'deny', undefined],
    ])
    expect(settings.upstreams).toMatchObject([
      {
        host: 'keep',
        servers: [{ url: 'http://svc:8080' }],
        interceptErrors: [405, 500, 404],
        rateLimit: [{ requests: 60, perMs: 60_000, by: ADDRESS }],
        health: { path: '/health', statuses: [200, 404], intervalMs: 30_000, timeoutMs: 10_000 },
      },
    ])
    const [listener, ...others] = settings.listen.gateway
    expect(listener).toMatchObject({ address: { port: 8080 }, accessLog: true })
    expect([listener?.tls, listener?.rateLimit, others]).toEqual([undefined, undefined, []])
  })

  it('is converted to a warder.yaml with the same settings', async () => {
    const original = await loadGood(SKELETON)
    const text = convertConfig(original)
    expect((await loadGood(text)).settings).toEqual(original.settings)
    const comments = text.split('\n').filter((line) => line.startsWith('#'))
    expect(comments.map((line) => /^# (\w+): .* \(warder\.yaml:(\d+)\)$/.exec(line)?.slice(1))).toEqual(
      original.warnings.map(({ code, position }) => [code, String(position?.line)]),
    )
  })
})

/** What a browser does by itself, and a day for twenty. */
const CORS = {
  origins: ['https://example.com'],
  methods: ['GET', 'HEAD', 'POST'],
  headers: [],
  expose: [],
  credentials: false,
  maxAgeMs: 86_400_000,
}

describe('cors of Goma', () => {
  const GATEWAY =
    'cors: { origins: [https://a.example], headers: { Access-Control-Allow-Headers: "X-A, X-B" } }'
  /** Of the route, of the gateway, and what becomes of them. */
  const CASES: readonly (readonly [string, string, object | undefined])[] = [
    ['', '', undefined],
    ['cors: { origins: [], headers: {} }', '', undefined],
    ['', GATEWAY, { origins: ['https://a.example'], headers: ['X-A', 'X-B'], maxAgeMs: 5_000 }],
    ['cors: { origins: [] }', GATEWAY, { origins: ['https://a.example'], headers: ['X-A', 'X-B'] }],
    ['cors: { origins: [https://b.example] }', GATEWAY, { origins: ['https://b.example'], headers: [] }],
    [
      'cors: { origins: ["*"], headers: { access-control-allow-methods: "put,DELETE", Access-Control-Expose-Headers: X-C, Access-Control-Max-Age: "60" } }',
      '',
      { origins: ['*'], methods: ['PUT', 'DELETE'], expose: ['X-C'], maxAgeMs: 60_000, credentials: false },
    ],
    [
      'cors: { origins: [https://b.example], headers: { Access-Control-Allow-Credentials: true, Access-Control-Max-Age: -1, Access-Control-Allow-Methods: "" } }',
      '',
      { credentials: true, maxAgeMs: 0, methods: ['GET', 'HEAD', 'POST'] },
    ],
  ]
  for (const [route, gateway, cors] of CASES) {
    it(`of a route ${route || '(none)'}, of the gateway ${gateway || '(none)'}`, async () => {
      const original = await loadGood(goma(route, '', gateway))
      const [found] = original.settings.routes
      if (cors === undefined) expect(found?.cors).toBeUndefined()
      else expect(found?.cors).toMatchObject(cors)
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })
  }

  /** What is written, and its diagnostic. */
  const BAD: readonly (readonly [string, string])[] = [
    ['cors: { origins: [https://a.example/] }', 'ERR_CONFIG_VALUE'],
    ['cors: { origins: [a.example] }', 'ERR_CONFIG_VALUE'],
    ['cors: { origins: ["*"], headers: { Access-Control-Allow-Credentials: "true" } }', 'ERR_CONFIG_VALUE'],
    ['cors: { origins: [https://a.example], headers: { Access-Control-Max-Age: 1d } }', 'ERR_CONFIG_VALUE'],
    [
      'cors: { origins: [https://a.example], headers: { Access-Control-Allow-Credentials: maybe } }',
      'ERR_CONFIG_VALUE',
    ],
    [
      'cors: { origins: [https://a.example], headers: { Access-Control-Allow-Headers: "a b" } }',
      'ERR_CONFIG_HEADER',
    ],
    [
      'cors: { origins: [https://a.example], headers: { Access-Control-Max-Age: 1, access-control-max-age: 2 } }',
      'ERR_CONFIG_DUPLICATE_NAME',
    ],
    ['cors: { origin: [https://a.example] }', 'ERR_CONFIG_UNKNOWN_KEY'],
  ]
  for (const [cors, code] of BAD) {
    it(`is ${code} in its line: ${cors}`, async () => {
      for (const [text, line] of [
        [goma(cors), 8],
        [goma('', '', cors), 3],
      ] as const) {
        const { diagnostics } = await loadBad(text)
        expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
          [code, line],
        ])
      }
    })
  }

  it('warns of headers that no origin is for', async () => {
    const { warnings } = await loadGood(goma('cors: { headers: { Access-Control-Max-Age: 1 } }'))
    expect(warnings.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['WARN_COMPAT_NO_EFFECT', 8],
    ])
  })
})

describe('TLS of Goma', () => {
  const at = (port: number) => ({ kind: 'tcp', host: '::', port })
  const FILES = { certFile: '/etc/warder/a.pem', keyFile: '/etc/warder/a.key' }
  /** What is written, and the second listener. */
  const CASES: readonly (readonly [string, object | undefined])[] = [
    ['tlsCertFile: ""\n  tlsKeyFile: ""', undefined],
    ['tls: {}', undefined],
    ['tls: { certificates: [], clientAuth: { clientCA: "" } }', undefined],
    ['tlsCertFile: a.pem\n  tlsKeyFile: a.key', { address: at(8443), tls: { certificates: [FILES] } }],
    [
      'sslCertFile: /etc/warder/a.pem\n  sslKeyFile: ./a.key',
      { address: at(8443), tls: { certificates: [FILES] } },
    ],
    [
      'tls: { certificates: [{ cert: b.pem, key: b.key }], default: { cert: a.pem, key: a.key }, clientAuth: { clientCA: ca.pem, required: true } }\n  entryPoints: { web: { address: ":80" }, webSecure: { address: "127.0.0.1:443" } }\n  rateLimit: 9\n  accessLog: x',
      {
        address: { kind: 'tcp', host: '127.0.0.1', port: 443 },
        tls: {
          certificates: [FILES, { certFile: '/etc/warder/b.pem', keyFile: '/etc/warder/b.key' }],
          clientCaFile: '/etc/warder/ca.pem',
        },
        accessLog: true,
        rateLimit: [{ requests: 9, perMs: 60_000, by: ADDRESS }],
      },
    ],
  ]
  for (const [tls, second] of CASES) {
    it(`with \`${tls.split('\n')[0]}\` is ${second === undefined ? 'none' : 'a second listener'}`, async () => {
      const original = await loadGood(goma('', '', tls))
      const [first, ...others] = original.settings.listen.gateway
      expect(first?.tls).toBeUndefined()
      expect(others.length).toBe(second === undefined ? 0 : 1)
      if (second !== undefined) expect(others[0]).toMatchObject(second)
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })
  }

  it('on the address of the other listener is refused at its line', async () => {
    const same = 'tlsCertFile: a.pem\n  tlsKeyFile: a.key\n  entryPoints: { web: { address: ":8443" } }'
    const { diagnostics } = await loadBad(goma('', '', same))
    expect(diagnostics.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_CONFIG_ADDRESS_TAKEN', 5],
    ])
  })

  it('asks clients for theirs, though there is no other certificate', async () => {
    const { settings } = await loadGood(
      goma('', '', 'tls: { clientAuth: { clientCA: /ca.pem, required: true } }'),
    )
    expect(settings.listen.gateway.map(({ tls }) => tls)).toEqual([
      undefined,
      { certificates: [], selfSigned: true, clientCaFile: '/ca.pem' },
    ])
  })

  for (const asked of [
    'entryPoints: { webSecure: { address: ":8443" } }',
    'certManager: { acme: { email: a@example.com } }',
    'tls: { certsDir: /etc/certs }',
    'tls: { keys: [{ cert: "-----BEGIN CERTIFICATE-----", key: a.key }] }',
  ])
    it(`has a self-signed one where Goma makes one: ${asked}`, async () => {
      const original = await loadGood(goma('', '', asked))
      const { gateway } = original.settings.listen
      expect(gateway.map(({ address, tls }) => [address, tls])).toEqual([
        [{ kind: 'tcp', host: '::', port: 8080 }, undefined],
        [
          { kind: 'tcp', host: '::', port: 8443 },
          { certificates: [], selfSigned: true },
        ],
      ])
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })

  for (const [half, line] of [
    ['tlsCertFile: a.pem', 3],
    ['tlsCertFile: ""\n  tlsKeyFile: a.key', 4],
    ['tls: { certificates: [{ cert: a.pem, key: "" }] }', 3],
    ['tls: { clientAuth: { required: true } }', 3],
  ] as const) {
    it(`that is half there is refused: ${half.replace('\n ', ',')}`, async () => {
      const { diagnostics } = await loadBad(goma('', '', half))
      expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
        ['ERR_CONFIG_MISSING_KEY', line],
      ])
    })
  }
})
