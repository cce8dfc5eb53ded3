/** Opens connections to one address, and few of them while it does not answer. */
import { connect, type Connected, type Place } from '../../http/sockets/sockets.ts'

/** As {@link connect}, for one place. */
export type Connect = (settled: Connected) => () => void

interface Attempt {
  readonly begunMs: number
  isAbandoned: boolean
}

/**
 * Most attempts that were given up and still go on before no more are made. Each holds a descriptor for the two minutes
 * after which Linux gives up as well: without a bound, a hundred requests a second to a machine that is gone hold
 * twelve thousand.
 */
const MAX_ABANDONED = 64
/** A live server has answered by then, and the system has asked twice (RFC 6298 §2). */
const SILENT_AFTER_MS = 1_000
/** How often a silent address is still tried: its return is noticed within this time. */
const TRY_EVERY_MS = 1_000

const NOTHING = (): void => {}

/** @param clock For tests. Default: the clock of `performance.now()`. */
export function createConnect(place: Place, clock: () => number = () => performance.now()): Connect {
  // Oldest first.
  const pending = new Set<Attempt>()
  let abandoned = 0
  let lastMs = -Infinity
  const isSilent = (nowMs: number): boolean => {
    if (abandoned < MAX_ABANDONED || nowMs - lastMs >= TRY_EVERY_MS) return false
    for (const { begunMs } of pending) return nowMs - begunMs >= SILENT_AFTER_MS
    return false
  }
  return (settled) => {
    const nowMs = clock()
    if (isSilent(nowMs)) {
      settled(
        undefined,
        `the server does not answer; ${pending.size} connections to it are being made`,
        false,
      )
      return NOTHING
    }
    lastMs = nowMs
    const attempt: Attempt = { begunMs: nowMs, isAbandoned: false }
    pending.add(attempt)
    const giveUp = connect(place, settled, () => {
      pending.delete(attempt)
      if (attempt.isAbandoned) abandoned -= 1
    })
    return () => {
      if (!pending.has(attempt) || attempt.isAbandoned) return
      attempt.isAbandoned = true
      abandoned += 1
      giveUp()
    }
  }
}
