import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { exchange } from '../../support/raw-http.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n'

/** What a client gets that sends these fields, from a server that ends its answer with these lines. */
async function answerTo(
  fields: string,
  lines: string,
): Promise<{ readonly text: string; readonly asked: string }> {
  const answer = `${HEAD}0\r\n${lines}\r\n`
  const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
  const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
  const request = `GET /public/ HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
  const received = exchange(
    gateway.port,
    request,
    (text) => text.includes('\r\n0\r\n') && text.endsWith('\r\n\r\n'),
  )
  return { text: (await received).text, asked: app.bytes() }
}

describe('trailers of an answer', () => {
  it('reach a client that asks for them, and the server is asked for them', async () => {
    const { text, asked } = await answerTo('TE: trailers\r\n', 'X-Sum: 7\r\n')
    expect(text).toContain('Trailer: X-Sum\r\n')
    expect(text).toEndWith('0\r\nX-Sum: 7\r\n\r\n')
    expect(asked).toContain('\r\nConnection: TE\r\nTE: trailers\r\n')
  })

  it('do not reach one that does not', async () => {
    const { text, asked } = await answerTo('', 'X-Sum: 7\r\n')
    expect(text).not.toContain('Trailer')
    expect(text).toEndWith('0\r\n\r\n')
    expect(asked).not.toContain('TE:')
  })

  const forbidden = [
    'Content-Length: 9',
    'Transfer-Encoding: chunked',
    'Set-Cookie: a=b',
    'X-Decision-Id: mine',
    'Cache-Control: public',
    'Connection: X-Sum',
    'Access-Control-Allow-Origin: *',
  ]
  for (const line of forbidden) {
    it(`cannot add a field that belongs in the head: ${line}`, async () => {
      const { text } = await answerTo('TE: trailers\r\n', `${line}\r\nX-Sum: 7\r\n`)
      expect(text).toEndWith('0\r\nX-Sum: 7\r\n\r\n')
    })
  }

  it('are dropped when one of their lines is not a field', async () => {
    const { text } = await answerTo('TE: trailers\r\n', 'X-Sum: 7\r\nno field\r\n')
    expect(text).toEndWith('0\r\n\r\n')
  })
})
