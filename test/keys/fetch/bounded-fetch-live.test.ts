import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { createBoundedFetch } from '../../../src/keys/fetch/bounded-fetch.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { freePort, listen } from '../../support/live/loopback.ts'

const BOMB = gzipSync(Buffer.alloc(1_000_000, ' '))
const seen: string[] = []

/** A server on loopback with one path per way to answer. */
const server = createServer((request, response) => {
  seen.push(`${request.url} ${request.headers['accept-encoding']} ${request.headers.cookie ?? 'no cookie'}`)
  switch (request.url ?? '') {
    case '/ok':
      response.writeHead(200, { 'set-cookie': 'a=b' }).end('{}')
      break
    case '/redirect':
      response.writeHead(302, { location: '/ok' }).end()
      break
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB)
      break
    case '/declared':
      response.writeHead(200, { 'content-length': '1001' }).end(Buffer.alloc(1_001))
      break
    case '/chunked':
      for (let count = 0; count < 11; count += 1) response.write(Buffer.alloc(100))
      response.end()
      break
    case '/cut':
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"keys":', () => response.destroy())
      break
    default:
      // Headers, some of the body, and then silence.
      response.writeHead(200).write('{')
  }
})

const cleanup = createCleanup()
let base = ''
beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(server, cleanup)}`
})
afterAll(() => cleanup.run())

function get(url: string, timeoutMs = 5_000) {
  const setTimer = (fn: () => void, ms: number): (() => void) => {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  }
  const bounded = createBoundedFetch(
    { allowHttp: true, timeoutMs, maxBytes: 1_000 },
    { fetch: (target, init) => fetch(target, init), setTimer },
  )
  return bounded(url, new AbortController().signal)
}

describe('createBoundedFetch with the fetch of the runtime', () => {
  it('fetches, asks for no compression, and sends no cookie back', async () => {
    for (let round = 0; round < 2; round += 1) {
      const fetched = await get(`${base}/ok`)
      const bytes = fetched.ok && fetched.value.status === 200 ? fetched.value.bytes : new Uint8Array()
      expect(new TextDecoder().decode(bytes)).toBe('{}')
    }
    expect(seen).toEqual(['/ok identity no cookie', '/ok identity no cookie'])
  })

  for (const path of ['/redirect', '/bomb', '/declared', '/chunked', '/cut']) {
    it(`refuses ${path}`, async () => {
      seen.length = 0
      expect((await get(base + path)).ok).toBe(false)
      expect(seen).toEqual([`${path} identity no cookie`])
    })
  }

  it('gives up on a body that stalls', async () => {
    expect((await get(`${base}/stall`, 50)).ok).toBe(false)
  })

  it('names the code of a refused connection', async () => {
    const fetched = await get(`http://127.0.0.1:${await freePort()}/`)
    expect(fetched.ok ? '' : fetched.error.why).toMatch(/ECONNREFUSED|ConnectionRefused/)
  })
})
