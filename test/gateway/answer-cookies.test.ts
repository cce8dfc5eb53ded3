import { afterEach, describe, expect, it } from 'bun:test'
import { answerText, startForwardAuth, type ForwardAuthSetup } from '../support/forward-auth.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask } from '../support/live/raw-client.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const RENEWED = 'sid=new; Path=/; HttpOnly; Secure; SameSite=Lax'
const SET = [`Set-Cookie: ${RENEWED}`, 'Set-Cookie: internal=secret', 'Set-Cookie: sid_0=part; Path=/']
const NAMES = 'answer_cookies: [sid, sid_0]'

const startWith = (more: string, status: number, fields: readonly string[]): Promise<ForwardAuthSetup> =>
  startForwardAuth(cleanup, more, (_, socket) => void socket.write(answerText(status, fields)))

describe('answer_cookies', () => {
  const ended = 'sid=; Path=/; Max-Age=0'
  for (const status of [401, 403]) {
    it(`ends a session that the service ends with its ${status}`, async () => {
      const { gateway } = await startWith(NAMES, status, [
        `Set-Cookie: ${ended}`,
        'Set-Cookie: internal=secret',
      ])
      const got = await ask(gateway.port, { target: '/x' })
      expect([got.status, ...got.values('set-cookie')]).toEqual([status, ended])
    })
  }

  it('ends it on the way to the login too', async () => {
    const { gateway } = await startWith(`${NAMES}, sign_in: /in`, 401, [`Set-Cookie: ${ended}`])
    const got = await ask(gateway.port, { target: '/x', headers: [['Sec-Fetch-Mode', 'navigate']] })
    expect([got.status, ...got.values('location'), ...got.values('set-cookie')]).toEqual([302, '/in', ended])
  })

  it('says nothing of an answer that is none', async () => {
    const { gateway } = await startWith(NAMES, 500, SET)
    const got = await ask(gateway.port, { target: '/x' })
    expect([got.status, ...got.values('set-cookie')]).toEqual([502])
  })

  const others: readonly (readonly [string, string])[] = [
    ['of another name', 'other=1'],
    ['of the name in another case', 'Sid=1'],
    ['that begins like it', 'sid2=1'],
    ['without a value', 'sid'.repeat(2)],
    ['of more than 8 KiB', `sid=${'a'.repeat(8192)}`],
    ['that is not visible ASCII', 'sid=\u00e9'],
  ]
  for (const [what, cookie] of others) {
    it(`hands on no cookie ${what}`, async () => {
      const { gateway } = await startWith(NAMES, 401, [`Set-Cookie: ${cookie}`])
      expect((await ask(gateway.port, { target: '/x' })).values('set-cookie')).toEqual([])
    })
  }

  it('hands on none where none is named', async () => {
    const { gateway } = await startWith('', 401, SET)
    expect((await ask(gateway.port, { target: '/x' })).values('set-cookie')).toEqual([])
  })
})
