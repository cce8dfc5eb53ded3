/** Answers of every framing, cut by the network at every place, to clients of other makes. */
import { afterEach, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening } from '../support/live/loopback.ts'
import { readStrictly, type AskedFor, type StrictReader } from '../support/live/strict-readers.ts'
import { runHttp2Gateway } from '../support/http2-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

interface Framing {
  readonly method?: string
  readonly status?: number
  /** What the server sends, for a body of 8 bytes. */
  readonly bytes: (body: string) => string
  readonly hasBody?: false
  readonly endsWithConnection?: true
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const FRAMINGS: Readonly<Record<string, Framing>> = {
  length: { bytes: (body) => `${HEAD}Content-Length: 8\r\n\r\n${body}` },
  chunked: {
    bytes: (body) =>
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n3;a="b"\r\n${body.slice(0, 3)}\r\n5\r\n${body.slice(3)}\r\n0;c\r\nX-Sum: 7\r\n\r\n`,
  },
  until_close: { bytes: (body) => `${HEAD}Connection: close\r\n\r\n${body}`, endsWithConnection: true },
  http_1_0: { bytes: (body) => `HTTP/1.0 200 OK\r\n\r\n${body}`, endsWithConnection: true },
  head: { method: 'HEAD', bytes: () => `${HEAD}Content-Length: 8\r\n\r\n`, hasBody: false },
  no_content: { status: 204, bytes: () => 'HTTP/1.1 204 No Content\r\n\r\n', hasBody: false },
  not_modified: {
    status: 304,
    bytes: () => 'HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n',
    hasBody: false,
  },
}
/** Longer than the event loop takes to pass on what has arrived. */
const APART_MS = 2

const bodyOf = (at: number): string => `body${String(at).padStart(4, '0')}`

/** Every framing, cut at every place. */
const ASKED: readonly (AskedFor & { readonly status: number; readonly body: string })[] = Object.entries(
  FRAMINGS,
).flatMap(([name, { method = 'GET', status = 200, bytes, hasBody = true }]) =>
  Array.from({ length: bytes(bodyOf(0)).length + 1 }, (_, at) => ({
    method,
    path: `/public/${name}/${at}`,
    status,
    body: hasBody ? bodyOf(at) : '',
  })),
)

async function startCuttingServer(): Promise<string> {
  const app = await startRawUpstream(cleanup, ({ target }, socket) => {
    const [, , name = '', place = ''] = target.split('/')
    const framing = FRAMINGS[name]
    if (framing === undefined) return void socket.destroy()
    socket.setNoDelay(true)
    const bytes = framing.bytes(bodyOf(Number(place)))
    socket.write(bytes.slice(0, Number(place)))
    setTimeout(() => {
      if (framing.endsWithConnection) socket.end(bytes.slice(Number(place)))
      else socket.write(bytes.slice(Number(place)))
    }, APART_MS)
  })
  return app.url
}

liveSuite('an answer that is cut at any place', ['python3', 'openssl'], () => {
  const READERS: readonly StrictReader[] = ['http of Node.js', 'http.client of Python', 'http2 of Node.js']
  for (const reader of READERS) {
    it(`is read whole, and as the answer to its own request, by ${reader}`, async () => {
      const servers = [await startCuttingServer()]
      const gateway =
        reader === 'http2 of Node.js'
          ? await runHttp2Gateway(servers, cleanup)
          : await runGateway(gatewayConfig(servers), cleanup)
      const read = await readStrictly(reader, gateway.port, ASKED)
      expect(read).toEqual(ASKED.map(({ status, body }) => ({ status, body })))
    })
  }

  it('is not lost behind wsgiref, whose answers end with their connection', async () => {
    const port = await freePort()
    const app = `
import sys, time
from wsgiref.simple_server import make_server
def app(environ, start):
    start('200 OK', [('Content-Type', 'text/plain')])
    for part in ('', environ['PATH_INFO'], '', '!'):
        time.sleep(0.1)
        yield part.encode()
make_server('127.0.0.1', int(sys.argv[1]), app).serve_forever()
`
    const server = startProgram(['python3', '-c', app, String(port)])
    cleanup.add(() => server.stop('SIGKILL'))
    await server.ready('wsgiref', async () => (await isListening(port)) || undefined)
    const gateway = await runGateway(gatewayConfig([`http://127.0.0.1:${port}`]), cleanup)
    const asked = ['/public/a', '/public/b'].map((path) => ({ method: 'GET', path }))
    const expected = asked.map(({ path }) => ({ status: 200, body: `${path}!` }))
    expect(await readStrictly('http of Node.js', gateway.port, asked)).toEqual(expected)
    expect(await readStrictly('http.client of Python', gateway.port, asked)).toEqual(expected)
  })
})
