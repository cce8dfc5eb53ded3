/** How fast a request body comes: one that drips in holds a connection here and one to the server. */
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'

export type UploadPace = ReturnType<typeof createUploadPace>
export type PaceSettings = Pick<UpstreamSettings, 'minUploadRate' | 'idleTimeoutMs'>

/**
 * For how many idle timeouts a body may live on bytes that came faster at first. Without a bound, a megabyte would buy half
 * an hour of single bytes.
 */
const MAX_LEAD = 10

/**
 * A bucket: bytes fill it, time drains it, and at first it holds as much as one idle timeout drains. So that is the
 * longest silence within `minUploadRate`, which is in bytes per second; 0 is no limit.
 */
export function createUploadPace(
  { minUploadRate, idleTimeoutMs }: PaceSettings,
  startedMs: number = performance.now(),
) {
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
    /** Whether the server takes nothing now: then the client cannot be blamed for sending nothing. */
    get isHeldBack(): boolean {
      return isHeldBack
    },
    setHeldBack(next: boolean, nowMs = performance.now()): void {
      if (next === isHeldBack) return
      drain(nowMs)
      isHeldBack = next
    },
    /**
     * Whether the body has fallen behind.
     *
     * @param totalBytes Of its content so far; framing is no progress.
     */
    isTooSlow(totalBytes: number, nowMs = performance.now()): boolean {
      if (minUploadRate === 0) return false
      drain(nowMs)
      lead = Math.min(lead + totalBytes - knownBytes, grace * MAX_LEAD)
      knownBytes = totalBytes
      return lead < 0
    },
  }
}
