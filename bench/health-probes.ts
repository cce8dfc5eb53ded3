/** Health checks while something else happens. */
import { connect } from 'node:net'

/** Time between two probes of one server. */
const EVERY_MS = 10
// A health check that takes so long has failed; the time counts as it is.
const TIMEOUT_MS = 5_000

/**
 * Probes each server again and again until `busy` is fulfilled, each time on a new connection, as kubelet does.
 *
 * @param urls What to probe, by name; it answers 200.
 * @returns What `busy` yields, and by name the milliseconds from the start of each connection to the answer.
 */
export async function probeWhile<T, Name extends string>(
  busy: Promise<T>,
  urls: Readonly<Record<Name, string>>,
): Promise<readonly [T, Readonly<Record<Name, readonly number[]>>]> {
  const end = { isReached: false }
  const done = busy.finally(() => (end.isReached = true))
  const probing = Object.entries<string>(urls).map(async ([name, url]) => {
    const times: number[] = []
    while (!end.isReached) {
      times.push(await probe(url))
      await Bun.sleep(EVERY_MS)
    }
    return [name, times] as const
  })
  const [value, times] = await Promise.all([done, Promise.all(probing)])
  return [value, Object.fromEntries(times) as unknown as Record<Name, readonly number[]>]
}

/** Milliseconds until the first bytes of the answer. Throws if it is not a 200. */
function probe(url: string): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url)
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: TIMEOUT_MS })
    socket.once('connect', () =>
      socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    )
    socket.once('data', (bytes) => {
      const isGood = bytes.toString('latin1').startsWith('HTTP/1.1 200 ')
      socket.destroy()
      if (isGood) resolve(performance.now() - startedAt)
      else reject(new Error(`${url} is not healthy: ${bytes.toString('latin1').slice(0, 100)}`))
    })
    socket.once('error', reject)
    // An error of its own would hide how long it took.
    socket.once('timeout', () => {
      socket.destroy()
      resolve(performance.now() - startedAt)
    })
  })
}
