import { describe, expect, it } from 'bun:test'
import { showConfig } from '../../src/config/show-config.ts'
import { describeBroken, type Case } from './broken-cases.ts'
import { ISSUER, loadGood, loadText } from './load-text.ts'

interface Places {
  readonly listen?: string
  readonly route?: string
  readonly upstream?: string
  readonly access?: string
}

/** A gateway with limits, each in flow style. The route is line 7, the upstream line 8, the listener line 9. */
const limited = ({ listen, route, upstream, access = 'policy: p' }: Places): string => {
  const limit = (text: string | undefined): string => (text === undefined ? '' : `, rate_limit: ${text}`)
  return `${ISSUER}policies: { p: { identity: { X-Auth-Subject: sub } } }
routes: [{ match: {}, ${access}, upstream: app${limit(route)} }]
upstreams: { app: { servers: ["http://127.0.0.1:1"]${limit(upstream)} } }
listen: { gateway: { address: ":8080"${limit(listen)} } }
`
}

const by = (key: string): string => `{ requests: 5, per: 1m, by: ${key} }`

describe('a rate limit', () => {
  const ONE = '{ requests: 5, per: 1m }'
  const KEYS = '[{ requests: 5, per: 1m }, { requests: 9, per: 1h, by: { identity: X-Auth-Subject } }]'
  const CLIENT =
    '[{ requests: 5, per: 1m, by: { header: X-Api-Key } }, { requests: 5, per: 1m, by: { cookie: s } }]'

  it('is one map or a list of them, by address unless it sets another key', async () => {
    const { settings } = await loadGood(limited({ listen: ONE, route: KEYS, upstream: CLIENT }))
    const limit = { requests: 5, perMs: 60_000 }
    expect(settings.listen.gateway[0]?.rateLimit).toEqual([{ ...limit, by: { kind: 'address' } }])
    expect(settings.routes[0]?.rateLimit).toEqual([
      { ...limit, by: { kind: 'address' } },
      { requests: 9, perMs: 3_600_000, by: { kind: 'identity', name: 'X-Auth-Subject' } },
    ])
    expect(settings.upstreams[0]?.rateLimit).toEqual([
      { ...limit, by: { kind: 'header', name: 'X-Api-Key' } },
      { ...limit, by: { kind: 'cookie', name: 's' } },
    ])
  })

  it('is shown as a configuration that loads to the same settings', async () => {
    const { settings } = await loadGood(limited({ listen: ONE, route: KEYS, upstream: CLIENT }))
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })

  const BASIC = 'basic_auth: { users: { a: { password: b } }, user_header: X-Auth-User }'
  const SERVICE = 'forward_auth: { url: "http://127.0.0.1:2", headers: { zone: X-Auth-Zone } }'
  for (const [what, access, name] of [
    ['a password', BASIC, 'X-Auth-User'],
    ['an auth service', SERVICE, 'X-Auth-Zone'],
    ['a password beside an auth service', `all_of: [{ ${SERVICE} }, { ${BASIC} }]`, 'x-auth-user'],
    ['an auth service beside a password', `all_of: [{ ${SERVICE} }, { ${BASIC} }]`, 'X-Auth-Zone'],
    ['a policy among others', `all_of: [{ policy: p }, { ${SERVICE} }]`, 'X-Auth-Subject'],
  ] as const) {
    it(`may count by the header that ${what} sets, and not by what a client sends there`, async () => {
      const text = (key: string): string => limited({ access, route: by(`{ ${key}: ${name} }`) })
      const { settings } = await loadGood(text('identity'))
      expect(settings.routes[0]?.rateLimit?.[0]?.by).toEqual({ kind: 'identity', name })
      const broken = await loadText(text('header'))
      expect(broken.ok ? [] : broken.error.diagnostics.map(({ code }) => code)).toContain('ERR_CONFIG_HEADER')
    })
  }

  it('warns if a client chooses what it is counted by', async () => {
    const { warnings } = await loadGood(limited({ upstream: CLIENT }))
    expect(warnings.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['WARN_CONFIG_RATE_LIMIT_KEY', 8],
      ['WARN_CONFIG_RATE_LIMIT_KEY', 8],
    ])
  })
})

const BROKEN: readonly Case[] = [
  ['nothing', limited({ route: '{ per: 1m }' }), 'ERR_CONFIG_MISSING_KEY', '7:49', 'requests'],
  ['no time', limited({ route: '{ requests: 0, per: 1m }' }), 'ERR_CONFIG_RANGE', '7:73', '1 and'],
  ['an empty list', limited({ route: '[]' }), 'ERR_CONFIG_EMPTY_LIST', '7:61', 'at least one'],
  ['an unknown key', limited({ route: by('adress') }), 'ERR_CONFIG_TYPE', '7:89', 'address'],
  [
    'an identity that nothing sets',
    limited({ listen: by('{ identity: X-Auth-Subjekt }') }),
    'ERR_CONFIG_HEADER',
    '9:80',
    'X-Auth-Subject',
  ],
  [
    'an identity on a public route',
    limited({ access: 'access: public', route: by('{ identity: X-Auth-Subject }') }),
    'ERR_CONFIG_HEADER',
    '7:94',
    'public',
  ],
  [
    'a header that only Warder may set',
    limited({ upstream: by('{ header: x-auth-subject }') }),
    'ERR_CONFIG_HEADER',
    '8:94',
    'identity',
  ],
  [
    'a hop-by-hop header',
    limited({ upstream: by('{ header: Connection }') }),
    'ERR_CONFIG_HEADER',
    '8:104',
    'X-Api-Key',
  ],
  [
    'the address by its header',
    limited({ upstream: by('{ header: X-Forwarded-For }') }),
    'ERR_CONFIG_HEADER',
    '8:104',
    'address',
  ],
  [
    'two keys at once',
    limited({ route: by('{ header: X-A, cookie: b }') }),
    'ERR_CONFIG_EXACTLY_ONE',
    '7:89',
    'exactly one',
  ],
  ['no key at all', limited({ route: by('{}') }), 'ERR_CONFIG_EXACTLY_ONE', '7:89', 'exactly one'],
  [
    'the same clients twice in one window',
    limited({ listen: '[{ requests: 5, per: 1m }, { requests: 9, per: 60s, by: address }]' }),
    'ERR_CONFIG_USELESS_KEY',
    '9:79',
    'smaller',
  ],
  [
    'a route that nobody passes',
    limited({}).replace(
      'routes: [',
      'routes: [{ match: { path: /x }, access: deny, rate_limit: { requests: 5, per: 1m } }, ',
    ),
    'ERR_CONFIG_USELESS_KEY',
    '7:47',
    'listener',
  ],
  [
    'a route without a gateway',
    limited({ route: '{ requests: 5, per: 1m }' }).replace(/listen:.*\n/, ''),
    'ERR_CONFIG_USELESS_KEY',
    '7:49',
    'gateway',
  ],
]

describeBroken('a rate limit that cannot be meant', BROKEN)

const list = (listeners: string): string =>
  limited({}).replace(/gateway: \{.*\} \}/, `gateway: ${listeners} }`)

describe('several listeners of the gateway', () => {
  it('are addresses or maps, each with its own options', async () => {
    const { settings } = await loadGood(list('[":8080", { address: "unix:/run/w.sock", access_log: true }]'))
    const usual = { accessLog: false, maxConnections: 20_000, maxHeldBytes: 256 * 1024 ** 2 }
    expect(settings.listen.gateway).toEqual([
      { address: { kind: 'tcp', host: '::', port: 8080 }, trustedProxies: [], ...usual },
      { address: { kind: 'unix', path: '/run/w.sock' }, trustedProxies: [], ...usual, accessLog: true },
    ])
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })
})

describe('a listener that redirects', () => {
  it('names the address to redirect to', async () => {
    const { settings } = await loadGood(
      list('[{ address: ":80", redirect: https }, { address: ":81", redirect: https:8443 }]'),
    )
    expect(settings.listen.gateway.map(({ redirect: redirectPort }) => redirectPort)).toEqual([443, 8443])
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })
})

describeBroken('listeners that cannot be meant', [
  ['a redirect to nowhere', list('{ address: ":80", redirect: http }'), 'ERR_CONFIG_VALUE', '9:48', 'https'],
  ['a redirect to port 0', list('{ address: ":80", redirect: https:0 }'), 'ERR_CONFIG_VALUE', '9:48', 'PORT'],
  [
    'a redirect of what has TLS',
    list('{ address: ":80", redirect: https, tls: [{ cert_file: a, key_file: b }] }'),
    'ERR_CONFIG_USELESS_KEY',
    '9:38',
    'without `tls`',
  ],
  ['an empty list', list('[]'), 'ERR_CONFIG_EMPTY_LIST', '9:20', 'at least one'],
  ['the same address twice', list('[":8080", "127.0.0.1:8080"]'), 'ERR_CONFIG_ADDRESS_TAKEN', '9:30', '8080'],
  ['that of the decisions', list('[":8080", ":9180"]'), 'ERR_CONFIG_ADDRESS_TAKEN', '9:30', '9180'],
  [
    'client certificates without TLS',
    list('[":8080", { address: ":8081", client_ca_file: a.pem }]'),
    'ERR_CONFIG_USELESS_KEY',
    '9:50',
    'tls',
  ],
  ['a map without an address', list('[{ access_log: true }]'), 'ERR_CONFIG_MISSING_KEY', '9:21', 'address'],
  [
    'an unknown key',
    list('[{ address: ":8080", acces_log: true }]'),
    'ERR_CONFIG_UNKNOWN_KEY',
    '9:41',
    'access_log',
  ],
])
