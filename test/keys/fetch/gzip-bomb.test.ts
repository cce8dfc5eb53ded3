/** What a compressed answer costs, in a process of its own: memory cannot be given back to be counted again. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createCleanup } from '../../support/live/cleanup.ts'
import { listen } from '../../support/live/loopback.ts'

const BOMB = gzipSync(Buffer.alloc(256 * 1024 ** 2))
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': BOMB.length }).end(BOMB)
})

const cleanup = createCleanup()
let url = ''
beforeAll(async () => {
  url = `http://127.0.0.1:${await listen(server, cleanup)}/jwks`
})
afterAll(() => cleanup.run())

/** Fetches the bomb a few times and prints the answer and the growth of the largest resident size, in MiB. */
const CLIENT = `
import { readFileSync } from 'node:fs'
import { createBoundedFetch } from '${join(import.meta.dir, '../../../src/keys/fetch/bounded-fetch.ts')}'
const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
const setTimer = (fn, ms) => { const timer = setTimeout(fn, ms); return () => clearTimeout(timer) }
const get = createBoundedFetch({ allowHttp: true, timeoutMs: 10_000, maxBytes: 1_000_000 }, { fetch, setTimer })
const before = peak()
const fetched = []
for (let round = 0; round < 5; round += 1) fetched.push(await get(process.argv[1], new AbortController().signal))
await Bun.sleep(200)
console.log(JSON.stringify({ accepted: fetched.filter(({ ok }) => ok).length, grownMiB: peak() - before }))
`

describe('an answer that is compressed although identity was asked for', () => {
  it.skipIf(process.platform !== 'linux')('is refused before it is inflated', async () => {
    const client = Bun.spawn([process.execPath, '-e', CLIENT, url], { stdout: 'pipe', stderr: 'inherit' })
    const { accepted, grownMiB } = JSON.parse(await new Response(client.stdout).text()) as {
      readonly accepted: number
      readonly grownMiB: number
    }
    expect(accepted).toBe(0)
    // Inflated, it was 100 MiB and more; the connection itself takes a few.
    expect(grownMiB).toBeLessThan(48)
  })
})
