/** HAProxy that asks by SPOE, and gets no answer, a wrong one or one that denies everything. */
import { createServer, type Socket } from 'node:net'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import type { SiteOptions } from '../support/live/guarded-site.ts'
import { QUICK, siteBySpoe } from '../support/live/haproxy-spoe.ts'
import type { HaproxyEdits } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, listen, waitFor } from '../support/live/loopback.ts'
import type { RawResponse } from '../support/live/raw-client.ts'
import { startWarder } from '../support/live/warder.ts'
import { frame, items, text, VALUE } from '../support/spop-peer.ts'

function expectProxyError(response: RawResponse): void {
  expect(response.status).toBe(503)
  expect(response.values('X-Decision-Id')).toEqual([])
  expect(response.values('X-Decision-Reason')).toEqual(['proxy_error'])
  expect(response.values('Cache-Control')).toEqual(['no-store'])
  expect(response.values('WWW-Authenticate')).toEqual([])
  expect(JSON.parse(response.body)).toMatchObject({ status: 503, code: 'proxy_error', decision_id: '' })
}

liveSuite('HAProxy by SPOE without an answer of Warder', ['haproxy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets no request pass while Warder is down, and all good ones once it is back', async () => {
    const decisions = `127.0.0.1:${await freePort()}`
    const site = await siteBySpoe(cleanup, { decisions }, { editEngine: QUICK })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    await site.warder.stop()
    const before = site.app.received.length
    for (const target of ['/orders/1', '/public/1', '/closed/1', '/'])
      expectProxyError(await site.ask({ target }, site.mint()))
    expect(site.app.received.length).toBe(before)
    await site.front.ready('the failed check', () =>
      site.front.output().includes('Server warder/warder1 is DOWN') ? true : undefined,
    )
    await startWarder(site.configText, cleanup)
    await waitFor('an allow', async () =>
      (await site.ask({ target: '/orders/1' }, site.mint())).status === 200 ? true : undefined,
    )
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  const greeting = frame({
    type: 101,
    payload: items({
      version: VALUE.text('2.0'),
      'max-frame-size': VALUE.number(16_380),
      capabilities: VALUE.text('pipelining'),
    }),
  })
  /** Sets variables as an agent does. */
  const set = (name: string, value: Buffer, scope = 2): Buffer =>
    Buffer.concat([Buffer.from([1, 3, scope]), text(name), value])
  /** An ACK for the frame whose stream and frame it has, as bytes. */
  const ack =
    (payload: Buffer, type = 103) =>
    (ids: Buffer): Buffer => {
      const body = Buffer.concat([Buffer.from([type, 0, 0, 0, 1]), ids, payload])
      const prefix = Buffer.alloc(4)
      prefix.writeUInt32BE(body.length)
      return Buffer.concat([prefix, body])
    }
  const allowed = set('allowed', VALUE.isTrue)
  const broken: readonly (readonly [string, ((ids: Buffer) => Buffer) | undefined])[] = [
    ['never answers', undefined],
    ['sets nothing', ack(Buffer.alloc(0))],
    ['sets `allowed` to false', ack(set('allowed', VALUE.isFalse))],
    ['sets `allowed` to an empty text', ack(set('allowed', VALUE.text('')))],
    ['sets the status alone', ack(set('status', VALUE.number(200)))],
    ['sets a status that no denial has', ack(set('status', VALUE.number(302)))],
    ['allows in another scope', ack(set('allowed', VALUE.isTrue, 1))],
    ['allows another stream', () => ack(allowed)(Buffer.from([1, 99]))],
    ['allows in a frame of HAProxy', ack(allowed, 3)],
    ['allows in a frame that ends early', (ids) => ack(allowed)(ids).subarray(0, -1)],
    [
      'disconnects',
      () => frame({ type: 102, payload: items({ 'status-code': VALUE.number(0), message: VALUE.text('') }) }),
    ],
    ['answers what is not SPOP', () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
  ]
  for (const [name, answer] of broken) {
    it(`lets no request pass when an agent ${name}`, async () => {
      const agent = createServer((socket) => serveBroken(socket, greeting, answer))
      const port = await listen(agent, cleanup)
      const site = await siteBySpoe(cleanup, { between: async () => port }, { editEngine: QUICK })
      for (const target of ['/orders/1', '/public/1'])
        expectProxyError(await site.ask({ target }, site.mint()))
      expect(site.app.received).toEqual([])
    })
  }

  it('lets requests pass when an agent allows them, so that the cases above can fail', async () => {
    const agent = createServer((socket) => serveBroken(socket, greeting, ack(allowed)))
    const port = await listen(agent, cleanup)
    const site = await siteBySpoe(cleanup, { between: async () => port })
    expect((await site.ask({ target: '/orders/1' })).status).toBe(200)
  })

  const mistakes: readonly (readonly [
    string,
    Pick<HaproxyEdits, 'editEngine'>,
    SiteOptions['editSnippet'],
  ])[] = [
    [
      'the rule that asks is missing',
      {},
      (cfg) => cfg.replace(/^ {4}http-request send-spoe-group .*\n/m, ''),
    ],
    [
      'the agent is in another place',
      {},
      (cfg) => cfg.replace(/server warder1 \S+/, 'server warder1 127.0.0.1:1'),
    ],
    [
      'the prefix of the variables is another one',
      { editEngine: (engine) => engine.replace('option var-prefix warder', 'option var-prefix other') },
      undefined,
    ],
  ]
  for (const [name, edits, editSnippet] of mistakes) {
    it(`lets no request pass when ${name}`, async () => {
      const site = await siteBySpoe(cleanup, editSnippet === undefined ? {} : { editSnippet }, {
        ...edits,
        editEngine: (engine) => QUICK(edits.editEngine?.(engine) ?? engine),
      })
      expectProxyError(await site.ask({ target: '/orders/1' }, site.mint()))
      expect(site.app.received).toEqual([])
    })
  }

  for (const name of ['method', 'path', 'host', 'scheme', 'headers']) {
    it(`lets no request pass when the argument ${name} is missing, and names it`, async () => {
      const site = await siteBySpoe(
        cleanup,
        {},
        {
          editEngine: (engine) => engine.replace(new RegExp(String.raw` ${name}=\S+`), ''),
        },
      )
      const answer = await site.ask({ target: '/orders/1' }, site.mint())
      expect([answer.status, ...answer.values('X-Decision-Reason')]).toEqual([403, 'origin_missing'])
      expect(String(site.warder.log.at(-1)?.fields['detail'])).toContain(`${name}=`)
      expect(site.app.received).toEqual([])
    })
  }

  it('denies the second decision on a request when the agent has gone after the first', async () => {
    // The rules twice, the second time for an engine without an agent.
    const site = await siteBySpoe(cleanup, {
      editSnippet: (cfg) =>
        cfg.replace(
          /^ {4}http-request unset-var[^]*?unless \{ var\(txn\.warder\.allowed\) -m bool \}$/m,
          (rules) =>
            `${rules}\n${rules.replace('send-spoe-group warder judge', 'set-var(txn.other) int(1)')}`,
        ),
    })
    expectProxyError(await site.ask({ target: '/orders/1' }, site.mint()))
    expect(site.app.received).toEqual([])
  })
})

liveSuite('HAProxy by SPOE while the keys are unavailable', ['haproxy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('answers 503 with reason, id and the time to wait', async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`
    const site = await siteBySpoe(cleanup, {
      keys: `{ jwks_url: "${url}", allow_http: true, first_fetch_wait: 100ms }`,
    })
    const answers = await Promise.all([1, 2, 3].map(() => site.ask({ target: '/orders/1' }, site.mint())))
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.values('X-Decision-Reason')).toEqual(['keys_unavailable'])
      expect(answer.values('X-Decision-Id')).toHaveLength(1)
      expect(Number(answer.values('Retry-After')[0])).toBeGreaterThan(0)
      expect(answer.values('WWW-Authenticate')).toEqual([])
    }
    expect(site.app.received).toEqual([])
  })
})

/** An agent that greets well, and answers each question with what `answer` makes of its ids. */
function serveBroken(socket: Socket, greeting: Buffer, answer: ((ids: Buffer) => Buffer) | undefined): void {
  let kept = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    kept = Buffer.concat([kept, bytes])
    while (kept.length >= 4 && kept.length >= kept.readUInt32BE() + 4) {
      const one = kept.subarray(4, kept.readUInt32BE() + 4)
      kept = kept.subarray(one.length + 4)
      if (one[0] === 1) socket.write(greeting)
      else if (one[0] === 3 && answer !== undefined) socket.write(answer(idsOf(one)))
    }
  })
}

/** Two numbers behind type and flags. */
function idsOf(one: Buffer): Buffer {
  let at = 5
  for (let i = 0; i < 2; i++) if ((one[at++] ?? 0) >= 240) while ((one[at++] ?? 0) >= 128);
  return one.subarray(5, at)
}
