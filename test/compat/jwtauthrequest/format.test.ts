import { describe, expect, it } from 'bun:test'
import { USUAL_REMOTE_KEYS } from '../../../src/settings/keys/key-source.ts'
import { loadGood, SUPPORTED } from '../../config/load-text.ts'
import { config, KEY, README } from '../../support/jwtauthrequest.ts'

const load = (text: string) => loadGood(text, {}, '/etc/config.json')

describe('the example of the README of jwtauthrequest', () => {
  it('is recognised, and becomes one issuer, one policy and one endpoint', async () => {
    const { format, settings } = await load(README)
    expect(format).toBe('jwtauthrequest')
    expect(settings).toEqual({
      issuers: [
        {
          name: 'Test-endpoint',
          issuer: 'golang',
          audience: ['developer'],
          algorithms: ['HS256'],
          keys: { kind: 'secret', secret: new TextEncoder().encode(KEY), allowShortSecret: false },
          leewaySeconds: 0,
          require: ['exp', 'iss'],
          allowMissingExp: false,
          requireKid: false,
          allowSenderConstrained: false,
        },
      ],
      tokenSources: [{ kind: 'header', name: 'authorization', scheme: 'Bearer' }],
      policies: [
        {
          name: 'Test-endpoint',
          issuers: ['Test-endpoint'],
          tokenSources: [
            { kind: 'header', name: 'authorization', trimPrefix: 'Bearer ' },
            { kind: 'query', name: 'Authorization' },
            { kind: 'query', name: 'token' },
          ],
          scope: [],
          scopeAny: [],
          claims: [],
          identity: [],
        },
      ],
      routes: [],
      upstreams: [],
      endpoints: [{ path: '/auth', dialect: 'jwtauthrequest', policy: 'Test-endpoint' }],
      listen: {
        decisions: { kind: 'tcp', host: '::', port: 8081 },
        grpc: null,
        spoe: null,
        admin: null,
        gateway: [],
      },
      admin: { tokens: [], recentDecisions: 2_000 },
      trustedCallers: [],
      limits: { maxTokenBytes: 8_192 },
      cache: { tokens: 100_000, bytes: 67_108_864 },
      log: { allows: 'none', identity: 'none', denialsPerSecond: 100 },
      realm: 'warder',
      drainMs: 5_000,
      workers: 'auto',
    })
  })

  it('has two warnings: the exposed port, and debug, which has no effect', async () => {
    const { warnings } = await load(README)
    expect(warnings.map(({ code, position }) => `${position?.line} ${code}`)).toEqual([
      '2 WARN_COMPAT_EXPOSED',
      '13 WARN_COMPAT_DEBUG',
    ])
  })

  it('names the lines of its settings', async () => {
    const { positionOfSetting } = await load(README)
    const lines = [
      'issuers/0',
      'issuers/0/audience',
      'issuers/0/algorithms',
      'issuers/0/keys',
      'policies/Test-endpoint',
      'endpoints/0',
      'listen/decisions',
    ]
    expect(lines.map((path) => positionOfSetting(path).line)).toEqual([4, 11, 8, 12, 4, 5, 2])
  })
})

describe('a client of jwtauthrequest', () => {
  it('without HMAC has its keys from its issuer, by discovery, and its tokens need a kid', async () => {
    const { settings, warnings } = await load(
      config({ HMAC: undefined, issuer: 'https://idp.example.com', 'allowed-algo': ['RS256', 'ES256'] }),
    )
    expect(warnings).toEqual([])
    expect(settings.issuers[0]).toMatchObject({
      algorithms: ['RS256', 'ES256'],
      keys: { kind: 'discovery', issuer: 'https://idp.example.com', ...USUAL_REMOTE_KEYS },
      requireKid: true,
    })
  })

  it('without a list of algorithms accepts those of its keys', async () => {
    const hmac = await load(config({ 'allowed-algo': undefined }))
    expect(hmac.settings.issuers[0]?.algorithms).toEqual(['HS256'])
    const remote = await load(
      config({ 'allowed-algo': undefined, HMAC: undefined, issuer: 'https://a.example' }),
    )
    expect(remote.settings.issuers[0]?.algorithms).toEqual(
      [...SUPPORTED].filter((name) => !name.startsWith('HS')),
    )
  })

  it('is read literally: `${…}` is text', async () => {
    const { settings } = await load(
      config({ HMAC: '${HOME}-qwertyuiopasdfghjklzxcvbnm123456', audience: ['${A}'] }),
    )
    expect(settings.issuers[0]?.audience).toEqual(['${A}'])
  })

  const SOURCES: readonly (readonly [
    what: string,
    changes: Readonly<Record<string, unknown>>,
    sources: readonly string[],
  ])[] = [
    [
      'header without prefix',
      { 'token-name': 'X-Token' },
      ['header x-token', 'query X-Token', 'query token'],
    ],
    [
      'header with an empty prefix',
      { 'token-name': 'X-Token', 'trim-prefix': '' },
      ['header x-token', 'query X-Token', 'query token'],
    ],
    ['header called token', { 'token-name': 'token' }, ['header token', 'query token']],
    ['no name', {}, ['query token']],
  ]
  for (const [what, changes, sources] of SOURCES) {
    it(`looks for its token in ${sources.join(', ')} with ${what}`, async () => {
      const { settings } = await load(config(changes))
      expect(settings.policies[0]?.tokenSources?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
        ...sources,
      ])
    })
  }

  it('gets a name of its own, whatever it is called', async () => {
    const client = { endpoints: ['/a'], 'required-claims': ['exp'], audience: ['a'], HMAC: KEY, issuer: 'i' }
    const clients = [
      client,
      { ...client, endpoints: ['/b'], name: 'x y' },
      { ...client, endpoints: ['/c'], name: 'x-y' },
      { ...client, endpoints: ['/d'], name: '??' },
      { ...client, endpoints: ['/e'], name: '__proto__' },
    ]
    const { settings } = await load(config({}, { clients }))
    const names = ['client-1', 'x-y', 'x-y-2', 'client-4', 'client-5']
    expect(settings.issuers.map(({ name }) => name)).toEqual(names)
    expect(settings.policies.map(({ name }) => name)).toEqual(names)
  })

  it('is checked like an issuer of a warder.yaml, with its own line', async () => {
    const { warnings } = await load(config({ audience: ['developer', 'account'] }))
    expect(warnings.map(({ code, pointer }) => `${pointer} ${code}`)).toEqual([
      '/clients/0/audience/1 WARN_CONFIG_AUDIENCE_ACCOUNT',
    ])
  })

  const RELAXED: readonly (readonly [
    changes: Readonly<Record<string, unknown>>,
    code: string,
    closedBy: string,
    setting: object,
  ])[] = [
    [{ audience: undefined }, 'WARN_COMPAT_AUDIENCE_UNCHECKED', '"audience"', { audience: null }],
    [{ issuer: undefined }, 'WARN_COMPAT_ISSUER_UNCHECKED', '"issuer"', { issuer: null }],
    [
      { 'required-claims': ['sub'] },
      'WARN_COMPAT_EXP_OPTIONAL',
      '"required-claims"',
      { allowMissingExp: true, require: ['sub'] },
    ],
    [
      { 'required-claims': undefined },
      'WARN_COMPAT_EXP_OPTIONAL',
      '"required-claims"',
      { allowMissingExp: true },
    ],
    [
      { HMAC: KEY.slice(0, 20) },
      'WARN_COMPAT_SECRET_SHORT',
      '32 bytes',
      { keys: { allowShortSecret: true } },
    ],
    [
      { HMAC: undefined, issuer: 'http://a.example', 'allowed-algo': ['RS256'] },
      'WARN_COMPAT_HTTP',
      'https://',
      { keys: { allowHttp: true } },
    ],
    [{ debug: true }, 'WARN_COMPAT_DEBUG', 'warder explain', {}],
  ]
  for (const [changes, code, closedBy, setting] of RELAXED) {
    it(`with ${JSON.stringify(changes)} keeps working, with ${code} and the key that closes it`, async () => {
      const { settings, warnings } = await load(config(changes))
      expect(warnings.map((warning) => warning.code)).toEqual([code as never])
      expect([...(warnings[0]?.hints ?? [])].join()).toContain(closedBy)
      expect(settings.issuers[0]).toMatchObject(setting)
    })
  }
})
