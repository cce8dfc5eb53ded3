import { afterEach, describe, expect, it } from 'bun:test'
import { answerText, startForwardAuth } from '../../../support/forward-auth.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { ask } from '../../../support/live/raw-client.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const start = (fields: readonly string[], more?: string) =>
  startForwardAuth(cleanup, more, (_, socket) => void socket.write(answerText(200, fields)))

describe('what the auth service answers', () => {
  it('reaches the application as header and as query parameter', async () => {
    const { app, gateway } = await start(['userId: 42', 'USERCOUNTRYID: D E&=%+'])
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    expect(app.received[0]?.values('x-auth-userid')).toEqual(['42'])
    expect(app.received[0]?.target).toBe('/x?countryId=D%20E%26%3D%25%2B')
  })

  it('replaces the client’s, in every spelling of the header', async () => {
    const { app, gateway } = await start(['userId: 42'])
    const spellings = ['X-Auth-UserId', 'x_auth_userid', 'X.AUTH.USERID', 'X-Auth_userID']
    await ask(gateway.port, { target: '/x', headers: spellings.map((name) => [name, 'eve'] as const) })
    expect(app.bytes()).not.toContain('eve')
    expect(app.received[0]?.values('x-auth-userid')).toEqual(['42'])
  })

  it('cannot be removed by the client’s Connection', async () => {
    const { app, gateway } = await start(['userId: 42'])
    await ask(gateway.port, { target: '/x', headers: [['Connection', 'X-Auth-UserId, close']] })
    expect(app.received[0]?.values('x-auth-userid')).toEqual(['42'])
  })

  for (const [what, fields] of [
    ['says nothing', []],
    ['says an empty value', ['userId:', 'userCountryId: ']],
  ] as const) {
    it(`leaves nothing of the client’s when it ${what}`, async () => {
      const { app, gateway } = await start(fields)
      const headers = [['X-Auth-UserId', 'eve']] as const
      expect((await ask(gateway.port, { target: '/x?countryId=eve', headers })).status).toBe(200)
      expect(app.received[0]?.target).toBe('/x')
      expect(app.bytes()).not.toContain('eve')
      expect(app.received[0]?.values('x-auth-userid')).toEqual([])
    })
  }

  it('cannot be sent by a client on other routes either', async () => {
    const { app, gateway } = await start([])
    await ask(gateway.port, { target: '/public/x', headers: [['X_Auth_UserId', 'eve']] })
    expect(app.bytes()).not.toContain('eve')
  })

  it('may change the credential, which the service is still sent', async () => {
    const more = 'required_headers: Authorization, headers: { X-Token: Authorization }'
    const { app, auth, gateway } = await start(['X-Token: Bearer inner'], more)
    const headers = [['Authorization', 'Bearer outer']] as const
    await ask(gateway.port, { target: '/x', headers })
    expect(auth.received[0]?.values('authorization')).toEqual(['Bearer outer'])
    expect(app.received[0]?.values('authorization')).toEqual(['Bearer inner'])
    await ask(gateway.port, { target: '/public/x', headers })
    expect(app.received[1]?.values('authorization')).toEqual(['Bearer outer'])
  })

  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['a value twice', ['userId: 1', 'userId: 1']],
    ['a value that is not ASCII', ['userId: J\u00fcrgen']],
    ['a value with a tab', ['userId: a\tb']],
    ['a value that is too long', [`userId: ${'a'.repeat(8_193)}`]],
    ['a parameter twice', ['userCountryId: 1', 'usercountryid: 2']],
    ['a parameter that is not ASCII', ['userCountryId: \u00e9']],
  ]
  for (const [what, fields] of refused) {
    it(`is refused: ${what}`, async () => {
      const { app, gateway } = await start(fields)
      expect((await ask(gateway.port, { target: '/x' })).status).toBe(502)
      expect(app.received).toEqual([])
    })
  }
})

describe('the query', () => {
  const unchanged = [
    '/x',
    '/x?',
    '/x?b=1&a=2&flag&c=%7e&sp=a%20b&;x=1',
    '/x?a+b=c+d&&=&%zz=%',
    '/x?q=countryId&r=&countryIds=1&xcountryId=2',
  ]
  for (const target of unchanged) {
    it(`stays as it is, byte for byte: ${target}`, async () => {
      const { app, gateway } = await start(['userId: 42'])
      await ask(gateway.port, { target })
      expect(app.received[0]?.target).toBe(target)
    })
  }

  const spoofed: readonly (readonly [string, string])[] = [
    ['?countryId=eve', ''],
    ['?a=1&countryId=eve&b=%20', '?a=1&b=%20'],
    ['?countryId=eve&b=1', '?b=1'],
    ['?b=1&countryId=eve', '?b=1'],
    ['?countryId', ''],
    ['?%63ountryId=eve', ''],
    ['?%63%6F%75%6e%74%72%79%49%64=eve&z', '?z'],
    ['?%u0063ountryId=eve', ''],
    ['?COUNTRYID=eve', ''],
    ['?countryId[]=eve&countryId%5Ba%5D=eve&a=1', '?a=1'],
    ['?+countryId=eve', ''],
    ['?countryId%00=eve', ''],
    ['?a=1;countryId=eve;b=2', '?a=1;b=2'],
    ['?countryId=eve;b=2', '?b=2'],
    ['?&countryId=eve&', '?&'],
  ]
  for (const [sent, left] of spoofed) {
    it(`loses a mapped parameter of the client: ${sent}`, async () => {
      const { app, gateway } = await start(['userCountryId: DE'])
      await ask(gateway.port, { target: `/x${sent}` })
      expect(app.received[0]?.target).toBe(`/x${left === '' ? '?' : `${left}&`}countryId=DE`)
    })
  }
})
