/** How fast a request body comes: one that drips in holds a connection here and one to the server. */

export interface UploadPaceSettings {
  /** Bytes per second that a body comes with at least; 0 is no limit. */
  readonly minUploadRate: number
  /** How far it may fall behind, and the longest silence within it. */
  readonly idleTimeoutMs: number
}

export interface UploadPace {
  /** Whether the server takes nothing now: then the client cannot be blamed for sending nothing. */
  readonly isHeldBack: boolean
  setHeldBack(isHeldBack: boolean, nowMs?: number): void
  /**
   * Whether the body has fallen behind.
   *
   * @param totalBytes Of its content so far; framing is no progress.
   */
  isTooSlow(totalBytes: number, nowMs?: number): boolean
}

/**
 * For how many idle timeouts a body may live on bytes that came faster at first. Without a bound, a megabyte would buy half
 * an hour of single bytes.
 */
const MAX_LEAD = 10

/** A bucket: bytes fill it, time drains it, and at first it holds as much as one idle timeout drains. */
export function createUploadPace(
  { minUploadRate, idleTimeoutMs }: UploadPaceSettings,
  startedMs: number = performance.now(),
): UploadPace {
  const bytesPerMs = minUploadRate / 1_000
  const grace = bytesPerMs * idleTimeoutMs
  let lead = grace
  let knownBytes = 0
  let knownMs = startedMs
  let isHeldBack = false
  const drain = (nowMs: number): void => {
    if (!isHeldBack) lead -= (nowMs - knownMs) * bytesPerMs
    knownMs = nowMs
  }
  return {
    get isHeldBack() {
      return isHeldBack
    },
    setHeldBack(next, nowMs = performance.now()) {
      if (next === isHeldBack) return
      drain(nowMs)
      isHeldBack = next
    },
    isTooSlow(totalBytes, nowMs = performance.now()) {
      if (minUploadRate === 0) return false
      drain(nowMs)
      lead = Math.min(lead + totalBytes - knownBytes, grace * MAX_LEAD)
      knownBytes = totalBytes
      return lead < 0
    },
  }
}
