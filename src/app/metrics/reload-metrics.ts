/** Counts reloads. */
import type { ReadValues } from '../../observe/metrics/registry.ts'

/**
 * `success`: another configuration is in force; `refused`: it has a mistake; `failed`: a bug in Warder. After the last
 * two, the previous one stays in force.
 */
export type ReloadResult = 'success' | 'refused' | 'failed'

export class ReloadMetrics {
  readonly #nowMs: () => number
  readonly #counts: Record<ReloadResult, number> = { success: 0, refused: 0, failed: 0 }
  #last: ReloadResult = 'success'
  #lastSuccessMs: number

  /** The service has just loaded its first configuration. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#lastSuccessMs = nowMs()
  }

  note(result: ReloadResult): void {
    this.#counts[result] += 1
    this.#last = result
    if (result === 'success') this.#lastSuccessMs = this.#nowMs()
  }

  readonly read: ReadValues = (write) => {
    for (const [result, count] of Object.entries(this.#counts)) write('warder_reloads_total', [result], count)
    write('warder_config_last_reload_successful', [], this.#last === 'success' ? 1 : 0)
    write('warder_config_last_reload_success_timestamp_seconds', [], this.#lastSuccessMs / 1_000)
  }
}
