/** What the decision listener reads from its sockets: one reading of a request, or none. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { openClient } from '../support/live/raw-client.ts'
import { mint } from '../support/mint.ts'
import { exchange, statusesOf } from '../support/raw-http.ts'
import { CONFIG, runService, type RunningService } from '../support/run-service.ts'

let running: RunningService
beforeAll(async () => {
  running = await runService()
})
afterAll(() => running.service.stop(0))

const TOKEN = mint({ scope: 'orders:read' })
const BEARER = `Authorization: Bearer ${TOKEN}`

interface Written {
  readonly method?: string
  readonly target?: string
  readonly version?: string
  readonly lines?: readonly string[]
  readonly body?: string
}

/** A request that is allowed, unless what is written here spoils it. */
const written = ({ method = 'GET', target = '/v1/auth/token/read', version = '1.1', ...rest }: Written) =>
  [
    `${method} ${target} HTTP/${version}`,
    ...(rest.lines ?? ['Host: warder', BEARER]),
    '',
    rest.body ?? '',
  ].join('\r\n')

const GOOD = written({})

/** What comes back until the server closes, or until there are so many answers. */
const ask = (bytes: string, answers = Infinity) =>
  exchange(running.decisionsPort, bytes, (text) => statusesOf(text).length >= answers && endsWhole(text))

const endsWhole = (text: string): boolean => /(?:\r\n\r\n|}\n|.md\n)$/.test(text)

describe('a request that two parsers could read differently', () => {
  const host = 'Host: warder'
  const refused: readonly (readonly [string, string, number])[] = [
    [
      'Content-Length beside Transfer-Encoding',
      withLines('Content-Length: 3', 'Transfer-Encoding: chunked'),
      400,
    ],
    ['two lengths', withLines('Content-Length: 3', 'Content-Length: 4'), 400],
    ['two equal lengths', withLines('Content-Length: 0', 'Content-Length: 0'), 400],
    ['a signed length', withLines('Content-Length: +0'), 400],
    ['an unknown coding', withLines('Transfer-Encoding: chunked, identity'), 501],
    ['a bare LF as the end of a line', GOOD.replace('Host: warder\r\n', 'Host: warder\n'), 400],
    ['a bare CR within a value', withLines('A: b\rc'), 400],
    ['a folded line', withLines('A: b', ' c'), 400],
    ['white space before a colon', withLines('A : b'), 400],
    ['NUL in a value', withLines('A: b\0'), 400],
    ['NUL in a name', withLines('A\0: b'), 400],
    ['NUL in the target', written({ target: '/v1/auth/token/read\0' }), 400],
    ['a byte above ASCII in the target', written({ target: '/v1/auth/token/read\xe9' }), 400],
    ['a target with a space', written({ target: '/v1/auth/token/read /x' }), 400],
    ['a fragment', written({ target: '/v1/auth/token/read#x' }), 400],
    ['an absolute target', written({ target: 'http://warder/v1/auth/token/read' }), 400],
    ['an absolute target of another host', written({ target: 'http://other/v1/auth/token/read' }), 400],
    ['a target without a slash', written({ target: 'v1/auth/token/read' }), 400],
    ['the target of OPTIONS *', written({ method: 'OPTIONS', target: '*' }), 400],
    ['two Host fields', written({ lines: [host, host, BEARER] }), 400],
    ['no Host', written({ lines: [BEARER] }), 400],
    ['a path as the Host', written({ target: '/', lines: ['Host: /v1/auth/token/read', BEARER] }), 400],
    [
      'a Host with a path',
      written({ target: '/', lines: ['Host: warder/v1/auth/token/read?', BEARER] }),
      400,
    ],
    ['CONNECT', written({ method: 'CONNECT', target: 'warder:80' }), 405],
    ['TRACE', written({ method: 'TRACE' }), 405],
    ['HTTP/0.9', `GET /v1/auth/token/read\r\n\r\n`, 400],
    ['HTTP/1.2', written({ version: '1.2' }), 505],
    [
      'Transfer-Encoding in HTTP/1.0',
      written({ version: '1.0', lines: [BEARER, 'Transfer-Encoding: chunked'] }),
      400,
    ],
    ['more than a hundred fields', withLines(...Array.from({ length: 101 }, (_, i) => `A${i}: b`)), 431],
    ['a head of more than 96 KiB', withLines(`A: ${'a'.repeat(98_304)}`), 431],
    ['an unknown expectation', withLines('Expect: 200-ok'), 417],
  ]
  for (const [what, bytes, status] of refused) {
    it(`is refused, and the connection ends: ${what}`, async () => {
      const { text, closedByServer } = await ask(bytes + GOOD)
      expect([statusesOf(text), closedByServer]).toEqual([[status], true])
      expect(text).toContain('Connection: close\r\n')
      expect(text).not.toContain('x-decision-id')
    })
  }

  it('is answered with no decision behind the preface of HTTP/2, which makes it no frame', async () => {
    const client = await openClient(running.decisionsPort)
    client.send(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${GOOD}`)
    await client.ended
    const end = await client.receive().catch(String)
    expect(end).toContain('the connection ended')
    expect(end).not.toMatch(/HTTP\/1\.1|x-decision-id/)
  })

  it('is reported to the operator, with what is wrong and nothing of the request', async () => {
    const other = await runService()
    await exchange(other.decisionsPort, withLines('A : secret'), () => false)
    const lines = other.lines.filter(({ event }) => event === 'bad_request')
    expect(lines).toMatchObject([{ level: 'warn', status: 400, detail: 'invalid header field name' }])
    expect(JSON.stringify(lines)).not.toContain('secret')
    await other.service.stop(0)
  })

  it('is counted by its fault in a flood, and has a line of its own whatever the others are', async () => {
    const other = await runService(`${CONFIG}log: { denials_per_second: 5 }\n`)
    const faulty = {
      'invalid header field name': withLines('A : b'),
      'TRACE is not forwarded': trace('TRACE'),
    }
    for (let i = 0; i < 20; i++)
      for (const bytes of Object.values(faulty)) await exchange(other.decisionsPort, bytes, () => false)
    await exchange(other.decisionsPort, trace('trace'), () => false)
    await other.service.stop(0)
    const counts: Record<string, number> = {}
    for (const line of other.lines) {
      const { event, detail, of, counts: unwritten } = line as Readonly<Record<string, string>>
      if (event === 'bad_request') counts[String(detail)] = (counts[String(detail)] ?? 0) + 1
      if (of === 'bad_request')
        for (const [fault, count] of Object.entries(unwritten as never))
          counts[fault] = (counts[fault] ?? 0) + Number(count)
    }
    expect(counts).toEqual({ 'invalid header field name': 20, 'TRACE is not forwarded': 21 })
    expect(other.lines.filter(({ event }) => event === 'bad_request').length).toBeLessThan(30)
  })

  function trace(method: string): string {
    return written({ method })
  }

  function withLines(...lines: readonly string[]): string {
    return written({ lines: [host, BEARER, ...lines] })
  }
})

describe('a path', () => {
  const unknown = [
    '/',
    '/v1/auth/../auth/token/read',
    '/v1/auth/./token/read',
    '//v1/auth/token/read',
    '/v1/auth/token//read',
    '/v1/auth/token/read/',
    '/v1/auth/%74oken/read',
    '/v1/auth/token%2Fread',
    '/v1/auth/token/read;x',
    '/V1/auth/token/read',
  ]
  for (const target of unknown) {
    it(`is compared byte for byte: ${target}`, async () => {
      const { text } = await ask(written({ target }), 1)
      expect(statusesOf(text)).toEqual([404])
    })
  }
})

describe('a client of HTTP/1.0', () => {
  it('needs no Host, and is answered on a connection that ends', async () => {
    const { text, closedByServer } = await ask(written({ version: '1.0', lines: [BEARER] }) + GOOD)
    expect([statusesOf(text), closedByServer]).toEqual([[200], true])
    expect(text).toContain('Connection: close\r\n')
  })

  it('keeps its connection if it asks for that, and is told so', async () => {
    const kept = written({ version: '1.0', lines: [BEARER, 'Connection: keep-alive'] })
    const last = written({ version: '1.0', lines: [BEARER] })
    const { text, closedByServer } = await ask(kept + kept + last)
    expect([statusesOf(text), closedByServer]).toEqual([[200, 200, 200], true])
    expect(text.split('Connection: keep-alive\r\n')).toHaveLength(3)
  })

  it('has its connection ended if it also asks for that', async () => {
    const both = written({ version: '1.0', lines: [BEARER, 'Connection: keep-alive, close'] })
    const { text, closedByServer } = await ask(both + GOOD)
    expect([statusesOf(text), closedByServer]).toEqual([[200], true])
  })
})

describe('requests on one connection', () => {
  it('are answered in their order, however many arrive at once', async () => {
    const denied = written({ lines: ['Host: warder'] })
    const unknown = written({ target: '/x' })
    const { text } = await ask((GOOD + denied + unknown).repeat(2_000), 6_000)
    expect(statusesOf(text)).toEqual(Array.from({ length: 2_000 }, () => [200, 401, 404]).flat())
  })

  it('are the same wherever the network cuts them', async () => {
    const client = await openClient(running.decisionsPort)
    for (let cut = 1; cut < GOOD.length; cut += 1) {
      client.send(GOOD.slice(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      client.send(GOOD.slice(cut))
      expect((await client.receive()).status).toBe(200)
    }
    client.close()
  }, 30_000)

  it('end with the one that asks for it', async () => {
    const last = written({ lines: ['Host: warder', BEARER, 'Connection: close'] })
    const { text, closedByServer } = await ask(GOOD + last + GOOD)
    expect([statusesOf(text), closedByServer]).toEqual([[200, 200], true])
  })

  it('may have an empty line between them', async () => {
    const { text } = await ask(`${GOOD}\r\n${GOOD}`, 2)
    expect(statusesOf(text)).toEqual([200, 200])
  })
})

describe('the answer to HEAD', () => {
  it('has the length of a body, and no body', async () => {
    const denied = { lines: ['Host: warder'] }
    const { text } = await ask(written({ ...denied, method: 'HEAD' }) + GOOD, 2)
    expect(text).toMatch(/^HTTP\/1\.1 401 [^{]*Content-Length: [1-9]\d*\r\n\r\nHTTP\/1\.1 200 /)
  })
})

describe('a request that announces a body', () => {
  const bodies: readonly (readonly [string, Written])[] = [
    ['of a length', { lines: ['Host: warder', BEARER, 'Content-Length: 5'], body: 'hello' }],
    ['in chunks', { lines: ['Host: warder', BEARER, 'Transfer-Encoding: chunked'], body: '0\r\n\r\n' }],
    ['that is late', { lines: ['Host: warder', BEARER, 'Content-Length: 5'] }],
    ['that waits for 100', { lines: ['Host: warder', BEARER, 'Content-Length: 5', 'Expect: 100-continue'] }],
    [
      'in HTTP/1.0',
      { version: '1.0', lines: [BEARER, 'Content-Length: 5', 'Connection: keep-alive'], body: 'hello' },
    ],
  ]
  for (const [what, request] of bodies) {
    it(`is judged, and is the last on its connection: ${what}`, async () => {
      const { text, closedByServer } = await ask(written({ method: 'POST', ...request }) + GOOD)
      expect([statusesOf(text), closedByServer]).toEqual([[200], true])
      expect(text).toContain('Connection: close\r\n')
      expect(text).not.toContain('HTTP/1.1 100')
    })
  }

  it('of no bytes is one like any other', async () => {
    const empty = { method: 'POST', lines: ['Host: warder', BEARER, 'Content-Length: 0'] }
    const { text } = await ask(written(empty) + GOOD, 2)
    expect(statusesOf(text)).toEqual([200, 200])
  })

  it('is not needed for Expect: 100-continue', async () => {
    const { text } = await ask(written({ lines: ['Host: warder', BEARER, 'Expect: 100-continue'] }), 1)
    expect(statusesOf(text)).toEqual([200])
  })
})
