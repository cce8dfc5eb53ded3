import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startCountingProxy, type CountingProxy } from '../support/live/counting-proxy.ts'
import { startGuardedSite, withToken, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startNaiveAuthServer } from '../support/live/naive-auth-server.ts'
import { openClient, requestText, type RawRequest, type RawResponse } from '../support/live/raw-client.ts'

/** The mistake that half of the examples on the web make. */
const withoutLengthLine = (text: string): string => {
  const wrong = text.replace('        proxy_set_header Content-Length "";\n', '')
  if (wrong === text) throw new Error('the snippet has no such line')
  return wrong
}

interface Field {
  readonly site: GuardedSite
  readonly counter: CountingProxy
}

liveSuite('body desync through an nginx without `Content-Length ""` (CWE-444)', ['nginx'], () => {
  let cleanup = createCleanup()
  afterEach(async () => {
    await cleanup.run()
    cleanup = createCleanup()
  })

  /** @param authPort Asked in place of Warder. */
  const prepare = async (authPort?: number): Promise<Field> => {
    let counter: CountingProxy | undefined
    const between = async (warderPort: number): Promise<number> => {
      counter = await startCountingProxy(authPort ?? warderPort, cleanup)
      return counter.port
    }
    const site = await startGuardedSite(cleanup, { between, editSnippet: withoutLengthLine })
    if (counter === undefined) throw new Error('no relay')
    return { site, counter }
  }

  /** The head of a decision request, hidden in a header value: it asks for the judgement of the token alone. */
  const SMUGGLED = 'GET /v1/auth/token HTTP/1.1'
  const secondRequest = (site: GuardedSite) =>
    withToken({ target: '/write/admin', headers: [['X-A', SMUGGLED]] }, site.mint({ scope: 'orders:read' }))

  /**
   * Announces a body so long that the parser of the decision server takes up again at the smuggled request line.
   * Where that line is in the bytes that nginx sends is learned by asking once before.
   */
  const attack = async ({ site, counter }: Field): Promise<RawResponse> => {
    const second = secondRequest(site)
    const start = counter.latestBytes().length
    await site.ask(second)
    const bytes = counter.latestBytes()
    const sent = bytes.subarray(bytes.length > start ? start : 0)
    const body = 'x'.repeat(sent.indexOf(SMUGGLED))
    expect(body.length).toBeGreaterThan(100)
    expect((await site.ask({ method: 'POST', target: '/public/1', body })).status).toBe(200)
    return site.ask(second)
  }

  it('the attack passes a decision server that keeps the connection', async () => {
    const field = await prepare(await startNaiveAuthServer(cleanup))
    expect((await attack(field)).status).toBe(200)
    expect(field.site.app.received.at(-1)?.target).toBe('/write/admin')
  })

  it('the attacker gets nothing from Warder', async () => {
    const field = await prepare()
    const response = await attack(field)
    expect(response.status).toBe(403)
    expect(response.values('X-Decision-Reason')).toEqual(['scope_missing'])
    expect(field.site.app.received.map((request) => request.target)).not.toContain('/write/admin')
  })

  it('the next user is judged by his own request, every time', async () => {
    const { site } = await prepare()
    for (let round = 0; round < 20; round++) {
      expect(
        (await site.ask({ method: 'POST', target: '/public/1', body: 'x'.repeat(10 + round * 25) })).status,
      ).toBe(200)
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    }
  })

  it('the next user is hit if the decision server keeps the connection', async () => {
    const { site } = await prepare(await startNaiveAuthServer(cleanup))
    // Takes the head of the next request up to within its X-Original-URL.
    await site.ask({ method: 'POST', target: '/closed/1', body: 'x'.repeat(90) })
    expect((await site.ask({ target: '/public/1' })).status).not.toBe(200)
  })

  it('the operator learns which line is missing', async () => {
    const { site } = await prepare()
    await site.ask({ method: 'POST', target: '/public/1', body: 'x' })
    expect(site.warder.log.filter(({ fields }) => fields['event'] === 'unread_body')).toHaveLength(1)
  })

  it('chunked uploads announce nothing to Warder, and arrive whole', async () => {
    const { site } = await prepare()
    const headers = [['Transfer-Encoding', 'chunked']] as const
    for (let round = 0; round < 2; round++) {
      const request = { method: 'POST', target: '/public/1', headers }
      expect((await askWithRawBody(site.port, request, '5\r\nhello\r\n0\r\n\r\n')).status).toBe(200)
      expect(site.app.received.at(-1)?.body).toBe('hello')
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    }
  })
})

/** Sends a body that frames itself. */
async function askWithRawBody(port: number, request: RawRequest, body: string): Promise<RawResponse> {
  const client = await openClient(port)
  client.send(requestText(request) + body)
  const response = await client.receive()
  client.close()
  return response
}
