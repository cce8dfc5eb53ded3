import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { valuesOf } from '../../support/live/http-message.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream, type RawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TRACE = 'Traceback: /srv/app.py line 7'
const error = (status: number, fields = ''): string =>
  `HTTP/1.1 ${status} Oops\r\nServer: secret/1.2\r\n${fields}Content-Length: ${TRACE.length}\r\n\r\n${TRACE}`

interface Answered {
  readonly status: number
  readonly body: string
  readonly values: (name: string) => readonly string[]
  readonly app: RawUpstream
}

async function answerTo(setting: string, answer: string, method = 'GET'): Promise<Answered> {
  const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
  const gateway = await runGateway(
    gatewayConfig([app.url], { upstream: `intercept_errors: ${setting}` }),
    cleanup,
  )
  const client = await openClient(gateway.port)
  cleanup.add(() => client.close())
  client.send(requestText({ method, target: '/public/' }))
  const received = await client.receive(method !== 'HEAD')
  return { ...received, values: (name) => valuesOf(received, name), app }
}

describe('an answer whose status is intercepted', () => {
  it('is replaced by a problem that reveals nothing about the application', async () => {
    const { status, body, values } = await answerTo('[5xx]', error(500))
    expect(status).toBe(500)
    expect(JSON.parse(body)).toMatchObject({ status: 500, title: 'Internal Server Error' })
    expect(values('content-type')).toEqual(['application/problem+json'])
    expect(values('server')).toEqual([])
  })

  it('keeps what its status is not understood without', async () => {
    const fields = 'Allow: GET\r\nRetry-After: 7\r\nWWW-Authenticate: Basic realm="x"\r\nSet-Cookie: a=b\r\n'
    const { values } = await answerTo('[4xx]', error(405, fields))
    expect([
      values('allow'),
      values('retry-after'),
      values('www-authenticate'),
      values('set-cookie'),
    ]).toEqual([['GET'], ['7'], ['Basic realm="x"'], []])
  })

  it('has no body for HEAD', async () => {
    const { status, body } = await answerTo(
      '[404]',
      `HTTP/1.1 404 Not Found\r\nContent-Length: 29\r\n\r\n`,
      'HEAD',
    )
    expect({ status, body }).toEqual({ status: 404, body: '' })
  })

  it('does not end the connection to the server', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(error(404)))
    const gateway = await runGateway(
      gatewayConfig([app.url], { upstream: 'intercept_errors: [404]' }),
      cleanup,
    )
    const client = await openClient(gateway.port)
    cleanup.add(() => client.close())
    for (let i = 0; i < 3; i++) {
      client.send(requestText({ target: '/public/' }))
      expect((await client.receive()).status).toBe(404)
    }
    expect(app.connections).toHaveLength(1)
  })

  it('may break off: its body is not waited for', async () => {
    const { status } = await answerTo('[500]', 'HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\nhalf')
    expect(status).toBe(500)
  })
})

describe('an answer with another status', () => {
  for (const [setting, status] of [
    ['[404, 5xx]', 403],
    ['[404, 5xx]', 405],
    ['[4xx]', 500],
  ] as const) {
    it(`goes on: ${status} beside ${setting}`, async () => {
      const answered = await answerTo(setting, error(status))
      expect(answered.status).toBe(status)
      expect(answered.body).toBe(TRACE)
    })
  }
})
