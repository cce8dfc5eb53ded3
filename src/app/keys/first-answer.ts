/** Several addresses of one host, asked one after the other without waiting for a silent one (RFC 8305). */
import { isIP } from 'node:net'

/** Most addresses of one name that are tried. */
const MAX_ADDRESSES = 4
/** Time until the next address is tried. Longer than in RFC 8305 §5, because it includes waiting for the answer. */
const STAGGER_MS = 1_000

/**
 * The first answer; the other attempts are given up then.
 *
 * @param addresses In the order of preference. The families take turns, so that one that leads nowhere is not alone.
 * @param ask Asks one address, until the signal ends it.
 * @throws The error of the last address to fail.
 */
export async function firstAnswer<T>(
  addresses: readonly string[],
  ask: (address: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const others = new AbortController()
  const left = inTurns(addresses).slice(0, MAX_ADDRESSES)
  return new Promise((resolve, reject) => {
    let pending = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const next = (): void => {
      clearTimeout(timer)
      const address = left.shift()
      if (address === undefined) return
      pending += 1
      if (left.length > 0) timer = setTimeout(next, STAGGER_MS)
      const own = new AbortController()
      const giveUp = (): void => own.abort()
      others.signal.addEventListener('abort', giveUp)
      ask(address, own.signal).then(
        (answer) => {
          clearTimeout(timer)
          left.length = 0
          // Its own body is still to be read.
          others.signal.removeEventListener('abort', giveUp)
          others.abort()
          resolve(answer)
        },
        (error: unknown) => {
          pending -= 1
          if (left.length > 0) next()
          else if (pending === 0) reject(error)
        },
      )
    }
    next()
  })
}

/** The first address stays the first; then the other family has its turn. */
function inTurns(addresses: readonly string[]): string[] {
  const [first = ''] = addresses
  const same = addresses.filter((address) => isIP(address) === isIP(first))
  const other = addresses.filter((address) => isIP(address) !== isIP(first))
  return same.flatMap((address, i) => [address, ...other.slice(i, i + 1)]).concat(other.slice(same.length))
}
