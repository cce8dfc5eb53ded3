import { describe, expect, it } from 'bun:test'
import { renderConfig } from '../../src/config/show-config.ts'
import { describeBroken, type Case } from './broken-cases.ts'
import { ISSUER, loadGood } from './load-text.ts'

const HASH = '$2y$04$49coLEb/lMlBPRvThp02Xeg1SFyChI5bURVNj59xW3P3MRGkcmyVS'
const SHA = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE='
const REST = `upstreams: { app: { servers: ["http://a.example"] } }
listen: { gateway: "127.0.0.1:8080" }
`
/** The members of the route are in line 9. */
const config = (route: string): string => `${ISSUER}token_sources: [{ cookie: t }]
policies: { r: { token_sources: [{ header: authorization, trim_prefix: '' }] }, p: { identity: { X-Sub: sub } }, q: { identity: { x-role: role } } }
routes:
  - { match: {}, upstream: app, ${route} }
${REST}`
const basic = (members: string): string => config(`basic_auth: { ${members} }`)

describe('basic_auth', () => {
  it('becomes settings with the defaults filled in', async () => {
    const { settings } = await loadGood(basic(`users: { a: "${HASH}", b: { password: " p:w " } }`))
    expect(settings.routes[0]?.access).toEqual({
      kind: 'basic_auth',
      basicAuth: {
        users: [
          { name: 'a', secret: { kind: 'bcrypt', text: HASH } },
          { name: 'b', secret: { kind: 'plain', text: ' p:w ' } },
        ],
        realm: 'Restricted',
        forwardCredentials: false,
      },
    })
  })

  it('reads hashes and passwords from files', async () => {
    const text = basic('users: { a: "${file:/run/a}", b: { password: "${file:/run/b}" } }')
    const { settings, files } = await loadGood(text, { files: { '/run/a': `${HASH}\n`, '/run/b': 'pw\n' } })
    expect(settings.routes[0]?.access).toMatchObject({
      basicAuth: { users: [{ secret: { text: HASH } }, { secret: { kind: 'plain', text: 'pw' } }] },
    })
    expect(files).toContain('/run/b')
  })

  it('names its file relative to the configuration, and watches it', async () => {
    const { settings, files } = await loadGood(basic('users_file: users'))
    expect(settings.routes[0]?.access).toMatchObject({ basicAuth: { usersFile: '/etc/warder/users' } })
    expect(files).toContain('/etc/warder/users')
  })

  it('warns of weak hashes', async () => {
    const { warnings } = await loadGood(basic(`users: { a: "${HASH}", b: "${SHA}" }`))
    const weak = warnings.filter(({ code }) => code === 'WARN_CONFIG_PASSWORD_HASH')
    expect(weak.map(({ pointer }) => pointer)).toEqual(['/routes/0/basic_auth/users/b'])
  })

  it('needs no issuers if no route has a policy', async () => {
    const text = basic('users_file: users')
      .replace(ISSUER, 'version: 1\n')
      .replace(/^policies.*\n/m, '')
    expect((await loadGood(text)).settings.issuers).toEqual([])
  })
})

const ALL = `all_of: [{ policy: p }, { basic_auth: { users_file: f, users: { "a.b/c~": "${HASH}", b: { password: "$\${x} pw" } }, realm: R, user_header: X-User, forward_credentials: true } }, { forward_auth: { url: "http://s/", headers: { z: X-Zone }, params: { z: zone } } }]`

describe('all_of', () => {
  for (const defaults of ['shown', 'omitted'] as const) {
    it(`is the same when written and loaded again, with defaults ${defaults}`, async () => {
      const { settings } = await loadGood(config(ALL))
      expect(settings.routes[0]?.access).toMatchObject({
        kind: 'all_of',
        judges: [{ kind: 'policy', policy: 'p' }, { kind: 'basic_auth' }, { kind: 'forward_auth' }],
      })
      const text = renderConfig(settings, { secrets: 'plain', defaults })
      expect((await loadGood(text)).settings).toEqual(settings)
    })
  }

  it('counts as a use of its policies', async () => {
    const { warnings } = await loadGood(config('all_of: [{ policy: p }, { policy: q }]'))
    const unused = warnings.filter(({ code }) => code === 'WARN_CONFIG_UNUSED_POLICY')
    expect(unused.map(({ pointer }) => pointer)).toEqual(['/policies/r'])
  })
})

const SERVICE = '{ forward_auth: { url: "http://s/", headers: { a: X-Sub }, params: { a: zone } } }'
const USER = (header: string): string => `{ basic_auth: { users_file: f, user_header: ${header} } }`

const BROKEN: readonly Case[] = [
  [
    'two answers',
    config('policy: p, basic_auth: { users_file: f }'),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:5',
    'exclude',
  ],
  [
    'all_of beside access',
    config('access: deny, all_of: [{ policy: p }]').replace('upstream: app, ', ''),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:5',
    'exclude',
  ],
  ['no judges', config('all_of: []'), 'ERR_CONFIG_EMPTY_LIST', '9:41', 'empty'],
  [
    'a judge that asks nothing',
    config('all_of: [{ policy: p }, {}]'),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:57',
    'is empty',
  ],
  [
    'a judge that is two',
    config('all_of: [{ policy: p, basic_auth: { users_file: f } }]'),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:42',
    'exclude',
  ],
  [
    'a judge that is public',
    config('all_of: [{ access: public }]'),
    'ERR_CONFIG_UNKNOWN_KEY',
    '9:44',
    'access',
  ],
  [
    'judges within judges',
    config('all_of: [{ all_of: [{ policy: p }] }]'),
    'ERR_CONFIG_UNKNOWN_KEY',
    '9:44',
    'all_of',
  ],
  [
    'a policy that does not exist',
    config('all_of: [{ policy: nope }]'),
    'ERR_CONFIG_UNKNOWN_POLICY',
    '9:52',
    'nope',
  ],
  [
    'a header of a policy and a service',
    config(`all_of: [{ policy: p }, ${SERVICE}]`),
    'ERR_CONFIG_DUPLICATE_NAME',
    '9:107',
    'X-Sub',
  ],
  [
    'a header of a service and a user',
    config(`all_of: [${SERVICE}, ${USER('x-sub')}]`),
    'ERR_CONFIG_DUPLICATE_NAME',
    '9:170',
    'x-sub',
  ],
  [
    'a header of two policies',
    config('all_of: [{ policy: p }, { policy: p }]'),
    'ERR_CONFIG_DUPLICATE_NAME',
    '9:67',
    'X-Sub',
  ],
  [
    'a header of a user and a policy',
    config(`all_of: [${USER('X-Role')}, { policy: q }]`),
    'ERR_CONFIG_DUPLICATE_NAME',
    '9:108',
    'x-role',
  ],
  [
    'a parameter of two services',
    config(`all_of: [${SERVICE}, ${SERVICE.replace('X-Sub', 'X-Other').replace('zone', 'Zone')}]`),
    'ERR_CONFIG_DUPLICATE_NAME',
    '9:200',
    'Zone',
  ],
  [
    'a policy that wants the same header',
    config('all_of: [{ policy: r }, { basic_auth: { users_file: f } }]'),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:59',
    'Authorization',
  ],
  [
    'a policy that wants it by default',
    config('all_of: [{ basic_auth: { users_file: f } }, { policy: p }]').replace(/^token_sources.*$/m, '#'),
    'ERR_CONFIG_EXACTLY_ONE',
    '9:44',
    'Authorization',
  ],
  ['no users', basic('realm: x'), 'ERR_CONFIG_EXACTLY_ONE', '9:45', 'users_file'],
  ['an empty map of users', basic('users: {}'), 'ERR_CONFIG_EMPTY_LIST', '9:54', 'at least one'],
  ['a plain password', basic('users: { a: hunter2 }'), 'ERR_CONFIG_PASSWORD_HASH', '9:59', 'htpasswd'],
  [
    'a bcrypt hash that takes too long',
    basic(`users: { a: "${HASH.replace('04', '16')}" }`),
    'ERR_CONFIG_PASSWORD_HASH',
    '9:59',
    'cost 16',
  ],
  [
    'an empty password',
    basic('users: { a: { password: "" } }'),
    'ERR_CONFIG_PASSWORD_HASH',
    '9:71',
    'htpasswd',
  ],
  [
    'a password with the line end of Windows',
    basic('users: { a: { password: "pw\\r" } }'),
    'ERR_CONFIG_PASSWORD_HASH',
    '9:71',
    'Windows',
  ],
  [
    'a password too long to be sent',
    basic(`users: { a: { password: "${'p'.repeat(1023)}" } }`),
    'ERR_CONFIG_PASSWORD_HASH',
    '9:71',
    'too long',
  ],
  ['a user name with a colon', basic(`users: { "a:b": "${HASH}" }`), 'ERR_CONFIG_NAME', '9:56', 'a:b'],
  ['a realm with quotes', basic(`users_file: f, realm: 'a"b'`), 'ERR_CONFIG_VALUE', '9:69', 'realm'],
  [
    'a realm with a line end',
    basic('users_file: f, realm: "a\\r\\nSet-Cookie: x"'),
    'ERR_CONFIG_VALUE',
    '9:69',
    'realm',
  ],
  [
    'a user header of another meaning',
    basic('users_file: f, user_header: Host'),
    'ERR_CONFIG_HEADER',
    '9:75',
    'already has a meaning',
  ],
  [
    'a user header that is the credential',
    basic('users_file: f, user_header: Authorization'),
    'ERR_CONFIG_HEADER',
    '9:75',
    'already has a meaning',
  ],
  [
    'a user header with two spellings',
    basic('users_file: f, user_header: X_User'),
    'ERR_CONFIG_HEADER',
    '9:75',
    'spelling',
  ],
  ...(['basic_auth: { users_file: f }', 'all_of: [{ policy: p }]'] as const).map((judge): Case => [
    `${judge.split(':')[0]} without a gateway`,
    config(judge).replace(/^listen.*\n/m, ''),
    'ERR_CONFIG_USELESS_KEY',
    '9:33',
    'listen.gateway',
  ]),
]
describeBroken('a route with judges', BROKEN)
