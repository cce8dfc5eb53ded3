import { afterEach, describe, expect, it } from 'bun:test'
import { answerText } from '../../support/forward-auth.ts'
import { PW_HASH, startJudges } from '../../support/judges.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PREFLIGHT = [
  ['Origin', 'https://app.example'],
  ['Access-Control-Request-Method', 'POST'],
] as const

describe('a preflight on a route with preflight: allow', () => {
  const start = (preflight: string) =>
    startJudges(
      cleanup,
      {
        route: (url) =>
          `all_of: [{ policy: cookie }, { forward_auth: { url: "${url}" } }, { basic_auth: { users: { a: "${PW_HASH}" } } }]${preflight}`,
      },
      (_, socket) => void socket.write(answerText(200, [])),
    )

  it('reaches the application without a judge and without identity, and nothing else does', async () => {
    const { app, auth, gateway } = await start(', preflight: allow')
    const headers = [...PREFLIGHT, ['X-Auth-Subject', 'eve']] as const
    expect((await ask(gateway.port, { method: 'OPTIONS', target: '/x', headers })).status).toBe(200)
    const [request] = app.received
    expect(request?.values('x-auth-subject')).toEqual([])
    expect(app.bytes()).not.toContain('eve')
    const others = [
      { method: 'OPTIONS', target: '/x' },
      { method: 'POST', target: '/x', headers: PREFLIGHT },
      { method: 'OPTIONS', target: '/x', headers: [...PREFLIGHT, ['Cookie', 'a=b']] as const },
    ]
    for (const other of others) expect((await ask(gateway.port, other)).status).toBe(401)
    expect([app.received.length, auth.received.length]).toEqual([1, 0])
  })

  it('is judged without it', async () => {
    const { app, gateway } = await start('')
    const { status } = await ask(gateway.port, { method: 'OPTIONS', target: '/x', headers: PREFLIGHT })
    expect([status, app.received.length]).toEqual([401, 0])
  })
})
