/**
 * An application in a process of its own, to be killed: it writes what it receives to a file before it answers, so
 * that the record survives it. Arguments: the port, the file, its name.
 */
import { openSync, writeSync } from 'node:fs'

const [port = '', file = '', name = ''] = process.argv.slice(2)
const record = openSync(file, 'a')
/** Between the two halves of an answer, in milliseconds. */
const PAUSE_MS = 100

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(port),
  idleTimeout: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const identity = [...request.headers.keys()].filter((header) => header.startsWith('x-auth-'))
    writeSync(record, `${request.method} ${pathname} ${identity.join(',')}\n`)
    await request.arrayBuffer()
    return new Response(pathname.startsWith('/orders/slow') ? inHalves(pathname) : `${name} ${pathname}`)
  },
})

function inHalves(pathname: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from(`${name} `))
      await Bun.sleep(PAUSE_MS)
      controller.enqueue(Buffer.from(pathname))
      controller.close()
    },
  })
}
