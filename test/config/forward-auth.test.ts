import { describe, expect, it } from 'bun:test'
import { renderConfig, showConfig } from '../../src/config/show-config.ts'
import { describeBroken, type Case } from './broken-cases.ts'
import { ISSUER, loadGood, loadText } from './load-text.ts'

const REST = `upstreams: { app: { servers: ["http://a.example"] } }
listen: { gateway: "127.0.0.1:8080" }
`
const config = (auth: string): string => `${ISSUER}routes:
  - { match: {}, upstream: app, forward_auth: ${auth} }
${REST}`

describe('forward_auth', () => {
  it('becomes settings with the defaults filled in', async () => {
    const { settings } = await loadGood(config('{ url: "https://auth.example:8443/a%20?b=c" }'))
    expect(settings.routes[0]?.access).toEqual({
      kind: 'forward_auth',
      forwardAuth: {
        url: 'https://auth.example:8443/a%20?b=c',
        server: {
          url: 'https://auth.example:8443',
          isTls: true,
          address: { kind: 'tcp', host: 'auth.example', port: 8443 },
          authority: 'auth.example:8443',
          weight: 1,
        },
        target: '/a%20?b=c',
        requiredHeaders: [],
        headers: [],
        params: [],
        allowStatus: '200',
        sendHeaders: 'all',
        timeoutMs: 5_000,
        maxAnswerBytes: 1024 ** 2,
        resolveMs: 10_000,
        maxConnectionAgeMs: 300_000,
        answerCookies: [],
      },
    })
  })

  it('needs no issuers if no route has a policy', async () => {
    const text = config('{ url: "http://a" }').replace(ISSUER, 'version: 1\n')
    const { settings } = await loadGood(text)
    expect(settings.issuers).toEqual([])
    const written = renderConfig(settings, { secrets: 'plain', defaults: 'omitted' })
    expect((await loadGood(written)).settings).toEqual(settings)
  })

  it('is shown without the query of its URL, which may hold a key', async () => {
    const { settings } = await loadGood(config('{ url: "http://a/b?key=hush" }'))
    const shown = showConfig(settings)
    expect(shown).toContain('http://a/b?')
    expect(shown).not.toContain('hush')
  })

  for (const auth of [
    '{ url: "http://user:hush@a/b" }',
    '{ url: "http://user:h/hush@a/b" }',
    '{ url: "http:/a/b?key=hush" }',
    '{ url: "http://a", sign_in: "https://user:hush@a/?rd=" }',
  ]) {
    it(`has no password in the message about ${auth}`, async () => {
      const loaded = await loadText(config(auth))
      const messages = loaded.ok ? '' : loaded.error.diagnostics.map(({ message }) => message).join('\n')
      expect(messages).toContain('********')
      expect(messages).not.toContain('hush')
    })
  }

  it('has no password in the message about a server', async () => {
    const loaded = await loadText(config('{ url: "http://a" }').replace('//a.example', '//u:hush@a.example'))
    const messages = loaded.ok ? '' : loaded.error.diagnostics.map(({ message }) => message).join('\n')
    expect(messages).toContain('********')
    expect(messages).not.toContain('hush')
  })

  const targets = [
    ['http://a', '/'],
    ['http://a/', '/'],
    ['http://a?b', '/?b'],
    ['http://a/b/../c?', '/b/../c?'],
  ]
  for (const [url, target] of targets) {
    it(`asks ${url} with ${target}`, async () => {
      const { settings } = await loadGood(config(`{ url: "${url}" }`))
      expect(settings.routes[0]?.access).toMatchObject({ forwardAuth: { target } })
    })
  }

  for (const defaults of ['shown', 'omitted'] as const) {
    it(`is the same when written and loaded again, with defaults ${defaults}`, async () => {
      const options =
        'required_headers: [Authorization], headers: { userId: X-User }, params: { c: country.id }'
      const more =
        'allow_status: 2xx, send_headers: Cookie, timeout: 1s, max_answer: 0B, ca_file: /etc/ca.pem, sign_in: "/in?rd=", answer_cookies: [_Sid, _sid_1], cache: { ttl: 5s }'
      for (const auth of [
        `{ url: "http://a/b", ${options}, ${more} }`,
        '{ url: "http://a", allow_status: 200 }',
      ]) {
        const { settings } = await loadGood(config(auth))
        const text = renderConfig(settings, { secrets: 'plain', defaults })
        expect((await loadGood(text)).settings).toEqual(settings)
      }
    })
  }
})

const BROKEN: readonly Case[] = [
  ['a URL of another scheme', config('{ url: "ftp://a" }'), 'ERR_CONFIG_AUTH_URL', '7:54', 'http://'],
  ['a URL with a user name', config('{ url: "http://u:p@a/" }'), 'ERR_CONFIG_AUTH_URL', '7:54', 'user name'],
  ['a URL with a fragment', config('{ url: "http://a/#b" }'), 'ERR_CONFIG_AUTH_URL', '7:54', 'fragment'],
  ['a URL with a space', config('{ url: "http://a/b c" }'), 'ERR_CONFIG_AUTH_URL', '7:54', 'ASCII'],
  ...(
    [
      ['of two slashes, another host', '//evil.example/'],
      ['of a slash and a backslash', '/\\\\evil.example/'],
      ['of a word', 'login'],
      ['of a script', 'javascript:alert(1)'],
      ['with a user name', 'https://a@b.example/'],
      ['with a fragment', 'https://a.example/#/login?rd='],
      ['with a line end', '/a\\r\\nSet-Cookie: a=b'],
      ['with a space', '/a b'],
      ['with nothing in it', ''],
    ] as const
  ).map(([what, url]): Case => [
    `a login ${what}`,
    config(`{ url: "http://a", sign_in: "${url}" }`),
    'ERR_CONFIG_SIGN_IN',
    '7:75',
    'login',
  ]),
  ['no URL', config('{ timeout: 1s }'), 'ERR_CONFIG_MISSING_KEY', '7:33', 'url'],
  [
    'a header of another meaning',
    config('{ url: "http://a", headers: { x: Host } }'),
    'ERR_CONFIG_HEADER',
    '7:80',
    'already has a meaning',
  ],
  [
    'a header with two spellings',
    config('{ url: "http://a", headers: { x: X_User } }'),
    'ERR_CONFIG_HEADER',
    '7:80',
    'spelling',
  ],
  [
    'two answer headers for one header',
    config('{ url: "http://a", headers: { x: X-User, y: x-user } }'),
    'ERR_CONFIG_DUPLICATE_NAME',
    '7:91',
    'x-user',
  ],
  [
    'two answer headers for one parameter',
    config('{ url: "http://a", params: { x: user_id, y: user.ID } }'),
    'ERR_CONFIG_DUPLICATE_NAME',
    '7:91',
    'user.ID',
  ],
  [
    'a parameter with odd characters',
    config('{ url: "http://a", params: { x: "a[]" } }'),
    'ERR_CONFIG_NAME',
    '7:79',
    'a[]',
  ],
  ['another status', config('{ url: "http://a", allow_status: 204 }'), 'ERR_CONFIG_VALUE', '7:80', '200'],
  [
    'a cache without a time',
    config('{ url: "http://a", cache: {} }'),
    'ERR_CONFIG_MISSING_KEY',
    '7:66',
    'ttl',
  ],
  ['too long a time', config('{ url: "http://a", timeout: 2m }'), 'ERR_CONFIG_RANGE', '7:75', '60s'],
  [
    'a policy beside it',
    `${ISSUER}policies: { p: {} }\nroutes:\n  - { match: {}, upstream: app, policy: p, forward_auth: { url: "http://a" } }\n${REST}`,
    'ERR_CONFIG_EXACTLY_ONE',
    '8:5',
    '`policy` and `forward_auth` exclude',
  ],
  [
    'a policy without issuers',
    `policies: { p: {} }\n${config('{ url: "http://a" }').replace(ISSUER, 'version: 1\n')}`,
    'ERR_CONFIG_MISSING_KEY',
    '1:1',
    'issuers',
  ],
  [
    'no gateway',
    `${ISSUER}routes:\n  - { match: {}, forward_auth: { url: "http://a" } }\n`,
    'ERR_CONFIG_USELESS_KEY',
    '7:18',
    'gateway',
  ],
]
describeBroken('a broken forward_auth', BROKEN)
