/** Leaves a server alone for a while when it has failed too often. */
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'

export type Ejection = ReturnType<typeof createEjection>

/** Longest time for which an address is left alone that was never reached. */
const MAX_UNREACHED_MS = 60_000

/**
 * @param isOfName Whether it is an address of a name. One that was never reached is left alone at its first failure,
 *   and for longer each time: of a name with addresses of both families, often one leads nowhere.
 */
export function createEjection(
  { ejectAfter, ejectForMs }: Pick<UpstreamSettings, 'ejectAfter' | 'ejectForMs'>,
  isOfName: boolean,
) {
  let failures = 0
  let untilMs = 0
  let isUnreached = isOfName
  let unreachedMs = ejectForMs
  const nextMs = (): number => {
    if (!isUnreached) return ejectForMs
    const ms = unreachedMs
    unreachedMs = Math.min(ms * 2, Math.max(MAX_UNREACHED_MS, ejectForMs))
    return ms
  }
  return {
    isEjected: (nowMs: number): boolean => nowMs < untilMs,
    /** For how much longer it is left alone, in milliseconds; 0: it is not. */
    remainingMs: (nowMs: number): number => Math.max(0, untilMs - nowMs),
    /** A connection was made. */
    reached(): void {
      isUnreached = false
    },
    /** Forgets the failures that were counted. */
    succeeded(): void {
      failures = 0
    },
    /** @returns For how long it is left alone from now on, in milliseconds; 0: it is not, or it was already. */
    failed(nowMs: number): number {
      failures += 1
      if (failures < ejectAfter && !isUnreached) return 0
      failures = 0
      const isNew = nowMs >= untilMs
      const forMs = nextMs()
      untilMs = nowMs + forMs
      return isNew ? forMs : 0
    },
  }
}
