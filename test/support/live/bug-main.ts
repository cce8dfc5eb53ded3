/** A program with bugs of every kind: in a timer, in a promise, in a callback of a socket of the gateway. */
import { logBugs } from '../../../src/observe/bug-log.ts'
import { listen } from '../../../src/http/sockets/sockets.ts'
import { createLogger } from '../../../src/observe/logger.ts'

logBugs(createLogger(1))
const listener = listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, (wire) => {
  wire.events = {
    ...wire.events,
    onData(bytes) {
      throw new TypeError(`a bug in a socket, ${bytes.length} bytes`)
    },
  }
})
setTimeout(() => {
  const bug = new TypeError('a bug in a timer')
  bug.stack = [
    bug.message,
    ...Array.from({ length: 40 }, (_, i) => `    at frame${i + 1} (somewhere.ts)`),
  ].join('\n')
  throw bug
}, 1)
void Promise.reject(
  new TypeError('a bug in a promise, with Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'),
)
console.error(listener.address)
