import { afterEach, describe, expect, it } from 'bun:test'
import { answerText, startForwardAuth } from '../../../support/forward-auth.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { ask, type RawRequest } from '../../../support/live/raw-client.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Header = readonly [string, string]
const HTML: Header = ['Accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8']
const NAVIGATE: Header = ['Sec-Fetch-Mode', 'navigate']
const UPGRADE: readonly Header[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]
const PATH = '/oauth2/start?rd='
const URL_ELSEWHERE = 'https://login.example.com/?a=b&rd='

/** Asks a gateway whose service answers with the status. */
async function askWith(signIn: string, request: RawRequest, status = 401): Promise<readonly unknown[]> {
  const fields = ['WWW-Authenticate: Basic', 'Location: https://evil.example/']
  const { app, gateway } = await startForwardAuth(
    cleanup,
    `sign_in: "${signIn}"`,
    (_, socket) => void socket.write(answerText(status, fields)),
  )
  const got = await ask(gateway.port, request)
  expect(app.received).toEqual([])
  return [got.status, ...got.values('location')]
}

describe('sign_in leads to the login', () => {
  const elsewhere = (back: string): string => URL_ELSEWHERE + encodeURIComponent(back)
  /** What is asked, the setting, where it leads. */
  const CASES: readonly (readonly [string, RawRequest, string, string])[] = [
    ['a navigation', { target: '/x', headers: [NAVIGATE] }, PATH, `${PATH}%2Fx`],
    ['a browser that does not say so', { target: '/x', headers: [HTML] }, PATH, `${PATH}%2Fx`],
    ['with its query', { target: '/x?a=b&c=%20', headers: [HTML] }, PATH, `${PATH}%2Fx%3Fa%3Db%26c%3D%2520`],
    [
      'to another host with the whole URL',
      { target: '/x?y', headers: [HTML] },
      URL_ELSEWHERE,
      elsewhere('http://api.example.com/x?y'),
    ],
    [
      'without a way back',
      { target: '/x', headers: [HTML] },
      'https://login.example.com/in',
      'https://login.example.com/in',
    ],
    [
      'with the name of another parameter in the query',
      { target: '/x?rd=https://evil.example/', headers: [HTML] },
      PATH,
      `${PATH}%2Fx%3Frd%3Dhttps%3A%2F%2Fevil.example%2F`,
    ],
    [
      'of another name of the host, only as the way back',
      { target: '/x', host: 'evil.example', headers: [HTML] },
      URL_ELSEWHERE,
      elsewhere('http://evil.example/x'),
    ],
    [
      'from too long a query to the top of the site',
      { target: `/x?${'a'.repeat(4096)}`, headers: [HTML] },
      PATH,
      `${PATH}%2F`,
    ],
  ]
  for (const [what, request, signIn, location] of CASES) {
    it(what, async () => expect(await askWith(signIn, request)).toEqual([302, location]))
  }

  it('and nothing of the answer is kept but the reason', async () => {
    const { gateway } = await startForwardAuth(
      cleanup,
      `sign_in: "${PATH}"`,
      (_, socket) => void socket.write(answerText(401, ['WWW-Authenticate: Basic', 'Set-Cookie: a=b'])),
    )
    const got = await ask(gateway.port, { target: '/x', headers: [NAVIGATE] })
    expect(got.status).toBe(302)
    expect(got.values('cache-control')).toEqual(['no-store'])
    expect(got.values('x-decision-reason')).toEqual(['auth_service_denied'])
    for (const name of ['www-authenticate', 'set-cookie']) expect(got.values(name)).toEqual([])
    expect(gateway.lines).toMatchObject([{ event: 'decision', reason: 'auth_service_denied', status: 302 }])
  })
})

describe('sign_in does not lead away', () => {
  const CASES: readonly (readonly [string, RawRequest])[] = [
    ['a program', { target: '/x' }],
    ['a program that takes anything', { target: '/x', headers: [['Accept', '*/*']] }],
    ['a script of a page', { target: '/x', headers: [['Sec-Fetch-Mode', 'cors'], HTML] }],
    ['a script of an old page', { target: '/x', headers: [['X-Requested-With', 'XMLHttpRequest'], HTML] }],
    ['a form', { method: 'POST', target: '/x', headers: [NAVIGATE, HTML], body: 'a=b' }],
    ['HEAD', { method: 'HEAD', target: '/x', headers: [NAVIGATE] }],
    ['a WebSocket', { target: '/x', headers: [...UPGRADE, HTML] }],
    ['from the login to the login', { target: '/oauth2/start?rd=%2Fx', headers: [NAVIGATE] }],
  ]
  for (const [what, request] of CASES) {
    it(what, async () => expect(await askWith(PATH, request)).toEqual([401]))
  }

  it('from a login elsewhere that is itself guarded', async () => {
    const request = { target: '/in?rd=x', host: 'login.example.com', headers: [NAVIGATE] }
    expect(await askWith('http://login.example.com/in?rd=', request)).toEqual([401])
  })

  it('from the top of such a login', async () => {
    const request = { target: '/?rd=x', host: 'login.example.com', headers: [NAVIGATE] }
    expect(await askWith('http://login.example.com?rd=', request)).toEqual([401])
  })

  const statuses = [
    [403, 403],
    [302, 502],
    [500, 502],
    [204, 502],
  ] as const
  for (const [answered, told] of statuses) {
    it(`on ${answered}`, async () => {
      expect(await askWith(PATH, { target: '/x', headers: [NAVIGATE] }, answered)).toEqual([told])
    })
  }
})
