/** Collects the body of a call, within a bound and a time. */
import { Holding } from '../../http/held-account.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { ClientStream } from '../../http/connections/client-stream.ts'

export interface BodyReading {
  /** Most bytes. */
  readonly maxBytes: number
  readonly deadlines: Deadlines
  readonly onBody: (body: Buffer) => void
  readonly onTooLarge: () => void
  readonly onTooSlow: () => void
}

/** Callers send the message at once; this is for a peer that sends none. */
const BODY_TIMEOUT_MS = 5_000

/** Calls one of the three once, unless the client leaves before. */
export function readBody(
  stream: ClientStream,
  { maxBytes, deadlines, onBody, onTooLarge, onTooSlow }: BodyReading,
): void {
  const parts: Buffer[] = []
  const holding = new Holding(stream.held)
  let bytes = 0
  let isOver = false
  const end = (next: () => void): void => {
    if (isOver) return
    isOver = true
    deadlines.remove(expiring)
    holding.set(0)
    next()
  }
  const expiring = { deadlineMs: performance.now() + BODY_TIMEOUT_MS, onDeadline: () => end(onTooSlow) }
  const leave = (): void => end(() => stream.abort())
  const take = (arrived: readonly Buffer[]): void => {
    if (isOver) return
    for (const part of arrived) {
      bytes += part.length
      parts.push(part)
    }
    if (bytes > maxBytes) end(onTooLarge)
    else if (stream.isBodyDone) end(() => onBody(joined(parts)))
    else holding.set(bytes)
  }
  deadlines.add(expiring)
  stream.events = { onContent: take, onDrain() {}, onTunnelEnd() {}, onGone: leave, onBroken: leave }
  take(stream.open())
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts
  return first === undefined || parts.length > 1 ? Buffer.concat(parts) : first
}
