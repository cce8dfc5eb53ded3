/**
 * An application in a process of its own, to be killed: it writes what it receives to a file before it answers, so
 * that the record survives it. Arguments: the port, the file, its name.
 */
import { openSync, writeSync } from 'node:fs'

const [port = '', file = '', name = ''] = process.argv.slice(2)
const record = openSync(file, 'a')
/** Between the two halves of an answer, in milliseconds. */
const PAUSE_MS = 100
const NEVER_MS = 3_600_000

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(port),
  idleTimeout: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const identity = [...request.headers.keys()].filter((header) => header.startsWith('x-auth-'))
    writeSync(record, `${request.method} ${pathname} ${identity.join(',')}\n`)
    await request.arrayBuffer()
    if (pathname.startsWith('/orders/slow')) return new Response(inHalves(pathname, PAUSE_MS))
    if (pathname.startsWith('/orders/stuck')) return new Response(inHalves(pathname, NEVER_MS))
    return new Response(`${name} ${pathname}`)
  },
})

function inHalves(pathname: string, pauseMs: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from(`${name} `))
      await Bun.sleep(pauseMs)
      controller.enqueue(Buffer.from(pathname))
      controller.close()
    },
  })
}
