import { describe, expect, it } from 'bun:test'
import { showConfig } from '../../src/config/show-config.ts'
import { ISSUER, loadGood } from './load-text.ts'

const TEXT = `${ISSUER}policies: { p: {} }
routes: [{ name: all, match: {}, policy: p, upstream: app }]
upstreams:
  app:
    servers: ["http://a.example", { url: "https://[::1]:8443", weight: 3 }, "unix:/run/app.sock"]
    balance: least_connections
    host: upstream
    strip_token: true
    total_timeout: 2m
    max_body: 1GiB
    health: { path: /healthz, interval: 1s }
  spare: { servers: ["http://b.example:8000"] }
listen: { gateway: { address: ":8080", trusted_proxies: [10.0.0.0/8, "::1"], access_log: true, max_held_bytes: 64MiB } }
`

describe('a gateway', () => {
  it('becomes servers, options and a listener, with the defaults filled in', async () => {
    const { settings } = await loadGood(TEXT)
    expect(settings.routes[0]?.upstream).toBe('app')
    expect(settings.listen.gateway[0]).toEqual({
      address: { kind: 'tcp', host: '::', port: 8080 },
      trustedProxies: ['10.0.0.0/8', '::1'],
      accessLog: true,
      maxConnections: 20_000,
      maxHeldBytes: 64 * 1024 ** 2,
    })
    expect(settings.upstreams[0]).toEqual({
      name: 'app',
      servers: [
        {
          url: 'http://a.example',
          isTls: false,
          address: { kind: 'tcp', host: 'a.example', port: 80 },
          authority: 'a.example',
          weight: 1,
        },
        {
          url: 'https://[::1]:8443',
          isTls: true,
          address: { kind: 'tcp', host: '::1', port: 8443 },
          authority: '[::1]:8443',
          weight: 3,
        },
        {
          url: 'unix:/run/app.sock',
          isTls: false,
          address: { kind: 'unix', path: '/run/app.sock' },
          authority: 'localhost',
          weight: 1,
        },
      ],
      balance: 'least_connections',
      host: 'upstream',
      stripToken: true,
      connectTimeoutMs: 5_000,
      responseTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      totalTimeoutMs: 120_000,
      maxBodyBytes: 1024 ** 3,
      minUploadRate: 500,
      ejectAfter: 3,
      ejectForMs: 10_000,
      resolveMs: 10_000,
      maxConnectionAgeMs: 300_000,
      interceptErrors: [],
      health: { path: '/healthz', statuses: ['2xx', '3xx'], intervalMs: 1_000, timeoutMs: 2_000 },
    })
  })

  it('speaks HTTP/2 with clients and servers where it is told to', async () => {
    const { settings } = await loadGood(
      TEXT.replace('"http://b.example:8000"', '"h2c://[::1]:50051", "https://c.example"')
        .replace('spare: {', 'spare: { protocol: auto,')
        .replace('access_log: true', 'h2c: true'),
    )
    expect(settings.listen.gateway[0]?.h2c).toBe(true)
    const [, spare] = settings.upstreams
    expect(spare?.protocol).toBe('auto')
    expect(spare?.servers[0]).toEqual({
      url: 'h2c://[::1]:50051',
      isTls: false,
      isH2c: true,
      address: { kind: 'tcp', host: '::1', port: 50_051 },
      authority: '[::1]:50051',
      weight: 1,
    })
    expect(spare?.servers[1]?.isH2c).toBeUndefined()
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })

  it('warns about an upstream that no route names', async () => {
    const { warnings } = await loadGood(TEXT)
    expect(warnings.map(({ code }) => code)).toEqual(['WARN_CONFIG_UNUSED_UPSTREAM'])
  })

  it('is shown as a configuration that loads to the same settings', async () => {
    const { settings } = await loadGood(TEXT)
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })

  it('may be a bare address', async () => {
    const { settings } = await loadGood(TEXT.replace(/gateway: \{.*\}/, 'gateway: "127.0.0.1:8080" }'))
    expect(settings.listen.gateway[0]?.trustedProxies).toEqual([])
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })
})

describe('a listener with `self_signed`', () => {
  it('has TLS without or with certificates, and is shown as it was written', async () => {
    for (const tls of ['', 'tls: [{ cert_file: /a.pem, key_file: /a.key }], ']) {
      const text = TEXT.replace('access_log: true', `${tls}self_signed: true, client_ca_file: /ca.pem`)
      const { settings } = await loadGood(text)
      expect(settings.listen.gateway[0]?.tls).toMatchObject({ selfSigned: true, clientCaFile: '/ca.pem' })
      expect((await loadGood(showConfig(settings))).settings.listen).toEqual(settings.listen)
    }
    const off = await loadGood(TEXT.replace('access_log: true', 'self_signed: false'))
    expect(off.settings.listen.gateway[0]?.tls).toBe(undefined)
  })
})
