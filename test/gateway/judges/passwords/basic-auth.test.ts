import { afterEach, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { basic, PW_HASH, startJudges } from '../../../support/judges.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { ask } from '../../../support/live/raw-client.ts'
import { createTempDir } from '../../../support/live/temp-dir.ts'
import { mint } from '../../../support/mint.ts'
import { loadOrThrow } from '../../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Header = readonly [string, string]

const USERS = `users: { alice: "${PW_HASH}", Ärger %1: { password: "grüße:7" } }`
const start = (more = '', upstream?: string) =>
  startJudges(cleanup, {
    route: () => `basic_auth: { ${USERS}${more === '' ? '' : `, ${more}`} }`,
    ...(upstream === undefined ? {} : { upstream }),
  })

describe('a route with basic_auth', () => {
  const CASES: readonly (readonly [
    what: string,
    headers: readonly Header[],
    status: number,
    reason: string,
  ])[] = [
    ['name and password', [basic('alice', 'pw')], 200, ''],
    ['a password itself', [basic('Ärger %1', 'grüße:7')], 200, ''],
    [
      'the scheme in another case',
      [['AUTHORIZATION', basic('alice', 'pw')[1].replace('Basic', 'bASIC')]],
      200,
      '',
    ],
    ['nothing', [], 401, 'credentials_missing'],
    ['a token', [['Authorization', `Bearer ${mint()}`]], 401, 'credentials_missing'],
    ['a wrong password', [basic('alice', 'pw2')], 401, 'credentials_invalid'],
    ['the hash as the password', [basic('alice', PW_HASH)], 401, 'credentials_invalid'],
    ['a name in another case', [basic('Alice', 'pw')], 401, 'credentials_invalid'],
    ['a name that nobody has', [basic('eve', 'pw')], 401, 'credentials_invalid'],
    ['a name of every object', [basic('__proto__', 'pw')], 401, 'credentials_invalid'],
    ['an empty password', [basic('alice', '')], 401, 'credentials_malformed'],
    ['what is no base64', [['Authorization', 'Basic alice:pw']], 401, 'credentials_malformed'],
    ['the same header twice', [basic('alice', 'pw'), basic('alice', 'pw')], 401, 'token_multiple'],
    ['a second header', [basic('alice', 'pw'), ['authorization', 'Bearer x']], 401, 'token_multiple'],
    ['an empty second header', [basic('alice', 'pw'), ['authorization', '']], 401, 'token_multiple'],
  ]
  for (const [what, headers, status, reason] of CASES) {
    it(`answers ${what} with ${status} ${reason}`, async () => {
      const { app, gateway } = await start()
      const got = await ask(gateway.port, { target: '/x', headers })
      expect(got.status).toBe(status)
      expect(got.values('x-decision-reason')).toEqual(reason === '' ? [] : [reason])
      expect(got.values('www-authenticate')).toEqual(
        status === 401 ? ['Basic realm="Restricted", charset="UTF-8"'] : [],
      )
      expect(app.received.length).toBe(status === 200 ? 1 : 0)
      expect(gateway.lines.map(({ event, reason: logged, route }) => [event, logged, route])).toEqual(
        status === 200 ? [] : [['decision', reason, 'guarded']],
      )
      expect(JSON.stringify(gateway.lines)).not.toMatch(/pw2|Basic|\$2y/)
    })
  }

  it('logs the name that was sent with a wrong password, and no other', async () => {
    const { gateway } = await start()
    const long = `\u202e${'x'.repeat(500)}`
    for (const [user, password] of [
      ['eve', 'pw'],
      [long, 'pw'],
      ['alice', 'pw'],
      ['alice', ''],
    ] as const)
      await ask(gateway.port, { target: '/x', headers: [basic(user, password)] })
    expect(gateway.lines.map(({ reason, user }) => [reason, user])).toEqual([
      ['credentials_invalid', 'eve'],
      ['credentials_invalid', `\ufffd${'x'.repeat(63)}…`],
      ['credentials_malformed', undefined],
    ])
  })

  it('asks in the name of its realm', async () => {
    const { gateway } = await start("realm: 'Orders & more'")
    const got = await ask(gateway.port, { target: '/x' })
    expect(got.values('www-authenticate')).toEqual(['Basic realm="Orders & more", charset="UTF-8"'])
  })

  it('allows a right password again, and no other password', async () => {
    const { app, gateway } = await start()
    for (const [password, status] of [
      ['pw', 200],
      ['pw', 200],
      ['pw ', 401],
      ['pw', 200],
    ] as const)
      expect((await ask(gateway.port, { target: '/x', headers: [basic('alice', password)] })).status).toBe(
        status,
      )
    expect(app.received.length).toBe(3)
  })
})

describe('the application behind basic_auth', () => {
  it('is not sent the password', async () => {
    const { app, gateway } = await start()
    await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw'), ['Cookie', 'a=b']] })
    expect(app.received[0]?.values('authorization')).toEqual([])
    expect(app.received[0]?.values('cookie')).toEqual(['a=b'])
  })

  for (const upstream of ['strip_token: false', 'strip_token: true'])
    it(`is not sent it with ${upstream} either: that is about tokens`, async () => {
      const { app, gateway } = await start('', upstream)
      await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw')] })
      expect(app.received[0]?.values('authorization')).toEqual([])
    })

  it('is sent it if the operator asks for it', async () => {
    const { app, gateway } = await start('forward_credentials: true')
    await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw')] })
    expect(app.received[0]?.values('authorization')).toEqual([basic('alice', 'pw')[1]])
  })

  it('is sent the name of the user', async () => {
    const { app, gateway } = await start('user_header: X-Auth-User')
    await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw')] })
    await ask(gateway.port, { target: '/x', headers: [basic('Ärger %1', 'grüße:7')] })
    expect(app.received.map((request) => request.values('x-auth-user'))).toEqual([
      ['alice'],
      ['%C3%84rger%20%251'],
    ])
  })

  const SPELLINGS = ['X-Auth-User', 'x-auth-user', 'X_AUTH_USER', 'x.auth.user', 'X-Auth_User', 'X~Auth!User']
  for (const [where, target] of [
    ['on its route', '/x'],
    ['on a public route', '/public/x'],
    ['on a route of another judge', '/both/x'],
  ] as const) {
    it(`cannot be sent a header by a client ${where}, in any spelling`, async () => {
      const { app, gateway } = await start('user_header: X-Auth-User')
      const headers: readonly Header[] = [
        basic('alice', 'pw'),
        ['Cookie', `t=${mint()}`],
        ['X-Token', mint({ scope: 'orders:read' })],
        ['Connection', 'X-Auth-User, close'],
        ...SPELLINGS.map((name): Header => [name, 'eve']),
      ]
      expect((await ask(gateway.port, { target, headers })).status).toBe(200)
      expect(app.bytes()).not.toContain('eve')
      expect(app.received[0]?.values('x-auth-user')).toEqual(target === '/x' ? ['alice'] : [])
    })
  }
})

describe('a users file', () => {
  const fileWith = (text: string): string => {
    const file = join(createTempDir(cleanup), 'users.htpasswd')
    writeFileSync(file, text)
    return file
  }
  const startWith = (file: string, more = '') =>
    startJudges(cleanup, { route: () => `basic_auth: { users_file: "${file}"${more} }` })

  const failureOf = (starting: Promise<unknown>): Promise<string> =>
    starting.then(
      () => 'it was started',
      (error: Error) => error.message,
    )

  it('has users like those of the configuration, and both may be', async () => {
    const { gateway } = await startWith(fileWith(`bob:${PW_HASH}\n`), `, ${USERS}`)
    for (const user of ['alice', 'bob'])
      expect((await ask(gateway.port, { target: '/x', headers: [basic(user, 'pw')] })).status).toBe(200)
  })

  it('that changes is in force with the next configuration, and nothing is remembered', async () => {
    const file = fileWith(`alice:${PW_HASH}\nbob:${PW_HASH}\n`)
    const { gateway, config } = await startWith(file)
    const statuses = async (): Promise<readonly number[]> => [
      (await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw')] })).status,
      (await ask(gateway.port, { target: '/x', headers: [basic('bob', 'pw')] })).status,
    ]
    expect(await statuses()).toEqual([200, 200])
    expect(gateway.service.instance.config.files).toContain(file)
    expect(gateway.service.instance.fileHashes.has(file)).toBe(true)
    writeFileSync(file, `bob:${PW_HASH}\n`)
    gateway.service.swap(await loadOrThrow(config))
    expect(await statuses()).toEqual([401, 200])
  })

  const BAD: readonly (readonly [what: string, text: string, says: string])[] = [
    ['a plain password', `bob:${PW_HASH}\ncarol:hunter2\n`, 'users.htpasswd:2: no password hash'],
    ['a user that is configured too', `alice:${PW_HASH}\n`, '"alice" is in `users` and in'],
  ]
  for (const [what, text, says] of BAD) {
    it(`with ${what} is an error`, async () => {
      const message = await failureOf(startWith(fileWith(text), `, ${USERS}`))
      expect(message).toContain(`ERR_GATEWAY_USERS `)
      expect(message).toContain(says)
      expect(message).not.toContain('hunter2')
    })
  }

  it('that is not there is an error', async () => {
    expect(await failureOf(startWith('/nowhere/users'))).toBe(
      'ERR_GATEWAY_USERS /nowhere/users does not exist',
    )
  })

  it('with weak hashes, or without users, is a warning with its line', async () => {
    for (const [text, code, says] of [
      [`bob:${PW_HASH}\ncarol:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\n`, 'WARN_CONFIG_PASSWORD_HASH', ':2: '],
      ['', 'WARN_GATEWAY_NO_USERS', 'no users'],
    ] as const) {
      const { gateway } = await startWith(fileWith(text))
      const { warnings } = gateway.service.instance
      expect(warnings.filter((warning) => warning.code === code).map(({ message }) => message)).toEqual([
        expect.stringContaining(says),
      ])
      expect((await ask(gateway.port, { target: '/x', headers: [basic('eve', 'pw')] })).status).toBe(401)
    }
  })
})
