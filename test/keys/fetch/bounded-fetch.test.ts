import { describe, expect, it } from 'bun:test'
import { createBoundedFetch } from '../../../src/keys/fetch/bounded-fetch.ts'
import type { FetchBounds } from '../../../src/keys/fetch/bounded-fetch.ts'
import type { FetchDocument } from '../../../src/keys/fetch/fetch-document.ts'
import type { Fetch } from '../../../src/keys/key-deps.ts'
import { createFakeWorld, settle } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'

const BOUNDS: FetchBounds = { allowHttp: false, timeoutMs: 5_000, maxBytes: 100 }
const SECRET_BODY = 'CANARY-of-the-body'
const idle = new AbortController().signal

const get = (world: FakeWorld, url = 'https://idp.example/jwks', bounds = BOUNDS, signal = idle) =>
  createBoundedFetch(bounds, world.deps)(url, signal)

const textOf = (fetched: Awaited<ReturnType<FetchDocument>>): string | undefined =>
  fetched.ok && fetched.value.status === 200 ? new TextDecoder().decode(fetched.value.bytes) : undefined

function worldThatAnswers(answer: Fetch): FakeWorld {
  const world = createFakeWorld()
  world.answer = answer
  return world
}

/** A body that never ends: `chunk` again and again, or silence. */
const endless = (chunk?: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      if (chunk === undefined) await new Promise(() => undefined)
      else controller.enqueue(chunk)
    },
  })

describe('createBoundedFetch', () => {
  it('asks for JSON, uncompressed, without following redirects or sending credentials', async () => {
    let sent: RequestInit | undefined
    const world = worldThatAnswers((_url, init) => {
      sent = init
      return Promise.resolve(new Response('{}'))
    })
    const fetched = await get(world)
    expect(textOf(fetched)).toBe('{}')
    expect(sent?.redirect).toBe('manual')
    expect(sent?.credentials).toBe('omit')
    expect(sent?.headers).toEqual({ accept: 'application/json', 'accept-encoding': 'identity' })
    expect(world.timers()).toEqual([])
  })

  const respond = (
    init: ResponseInit,
    body: ConstructorParameters<typeof Response>[0] = SECRET_BODY,
  ): Fetch => {
    return () => Promise.resolve(new Response(body, init))
  }
  const failing = (error: unknown): Fetch => {
    return () => Promise.reject(error)
  }
  for (const encoding of ['identity', 'IDENTITY', '', 'identity, identity', ', identity']) {
    it(`takes an answer with the encoding "${encoding}", which changes nothing`, async () => {
      const world = worldThatAnswers(respond({ headers: { 'content-encoding': encoding } }))
      expect((await get(world)).ok).toBe(true)
    })
  }

  const refused: readonly (readonly [string, Fetch])[] = [
    ['a refused connection', failing(Object.assign(new Error(SECRET_BODY), { code: 'ECONNREFUSED' }))],
    ['an error without a code', failing(new TypeError(SECRET_BODY))],
    ['an error that is not one', failing(SECRET_BODY)],
    ['nothing thrown at all', failing(undefined)],
    ['301', respond({ status: 301, headers: { location: 'https://evil.example' } })],
    ['302', respond({ status: 302, headers: { location: 'http://169.254.169.254/' } })],
    ['307', respond({ status: 307, headers: { location: '/' } })],
    ['304', respond({ status: 304 }, null)],
    ['201', respond({ status: 201 })],
    ['204', respond({ status: 204 }, null)],
    ['404', respond({ status: 404 })],
    ['500', respond({ status: 500 })],
    ['a declared length above the cap', respond({ headers: { 'content-length': '101' } })],
    ['more bytes than the cap', respond({}, 'x'.repeat(101))],
    ['an endless body', respond({}, endless(new Uint8Array(10)))],
    ['gzip', respond({ headers: { 'content-encoding': 'gzip' } })],
    ['an encoding that only begins like one', respond({ headers: { 'content-encoding': 'identityx' } })],
    ['a list of encodings', respond({ headers: { 'content-encoding': 'identity, br' } })],
  ]
  for (const [what, answer] of refused) {
    it(`refuses ${what}, and reports nothing of the body`, async () => {
      const world = worldThatAnswers(answer)
      const fetched = await get(world)
      expect(fetched.ok).toBe(false)
      expect(JSON.stringify(fetched)).not.toContain(SECRET_BODY)
      expect(world.timers()).toEqual([])
      expect(world.fetched).toHaveLength(1)
    })
  }

  it('refuses a redirect that the runtime hides or has followed', async () => {
    for (const shape of [{ type: 'opaqueredirect', status: 0 }, { redirected: true }]) {
      const response = new Response('{}')
      for (const [name, value] of Object.entries(shape)) Object.defineProperty(response, name, { value })
      expect((await get(worldThatAnswers(() => Promise.resolve(response)))).ok).toBe(false)
    }
  })

  it('accepts exactly the cap, and an empty body', async () => {
    for (const text of ['x'.repeat(100), '']) {
      const fetched = await get(worldThatAnswers(respond({}, text)))
      expect(textOf(fetched)).toBe(text)
    }
  })

  it('reports the status, so that discovery can go on after a 404', async () => {
    const fetched = await get(worldThatAnswers(respond({ status: 404 })))
    expect(!fetched.ok && fetched.error.status).toBe(404)
  })

  const urls: readonly (readonly [string, boolean])[] = [
    ['http://idp.example/jwks', false],
    ['ftp://idp.example/jwks', true],
    ['file:///etc/passwd', true],
    ['data:application/json,{}', true],
    ['https://user:pw@idp.example/', false],
    ['/jwks', true],
    ['', true],
  ]
  for (const [url, allowHttp] of urls) {
    it(`never connects to ${url || 'nothing'}${allowHttp ? ', even with allowHttp' : ''}`, async () => {
      const world = createFakeWorld()
      expect((await get(world, url, { ...BOUNDS, allowHttp })).ok).toBe(false)
      expect(world.fetched).toEqual([])
    })
  }

  it('connects to http if the operator allows it', async () => {
    const world = worldThatAnswers(respond({}, '{}'))
    expect((await get(world, 'http://127.0.0.1/jwks', { ...BOUNDS, allowHttp: true })).ok).toBe(true)
  })

  const slow: readonly (readonly [string, Fetch])[] = [
    ['a server that never answers, with a fetch that ignores its signal', () => new Promise(() => undefined)],
    ['a body that never comes', respond({}, endless())],
  ]
  for (const [what, answer] of slow) {
    it(`gives up on ${what} at the deadline`, async () => {
      const world = worldThatAnswers(answer)
      let isDone = false
      const pending = get(world).then((fetched) => {
        isDone = true
        return fetched
      })
      await settle()
      world.advance(4_999)
      await settle()
      expect(isDone).toBe(false)
      world.advance(1)
      expect((await pending).ok).toBe(false)
    })

    it(`gives up on ${what} when it is stopped`, async () => {
      const world = worldThatAnswers(answer)
      const stop = new AbortController()
      const pending = get(world, 'https://idp.example/', BOUNDS, stop.signal)
      await settle()
      stop.abort()
      expect((await pending).ok).toBe(false)
      expect(world.timers()).toEqual([])
    })
  }

  it('aborts the request at the deadline', async () => {
    let signal: AbortSignal | null | undefined
    const world = worldThatAnswers((_url, init) => {
      signal = init.signal
      return new Promise(() => undefined)
    })
    const pending = get(world)
    world.advance(5_000)
    await pending
    expect(signal?.aborted).toBe(true)
  })
})
