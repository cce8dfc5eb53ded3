/** What a service remembers of itself for the admin listener: its start, its reloads, and how to request one. */
import type { Diagnostic } from '../config/diagnostic.ts'
import type { ReloadCause, ReloadOutcome } from './reload.ts'

/** The last reload that has ended. */
export interface LastReload {
  readonly atMs: number
  readonly cause: ReloadCause['kind']
  readonly result: ReloadOutcome['result']
  /** Of a refusal. */
  readonly errors: readonly Diagnostic[]
}

export class ServiceRecord {
  readonly startedAtMs: number
  /** When the configuration in force was put in force. */
  loadedAtMs: number
  lastReload: LastReload | undefined
  /** Loads the configuration again; undefined while that is not possible. */
  requestReload: (() => Promise<ReloadOutcome>) | undefined
  readonly #nowMs: () => number

  /** The first configuration is in force. */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
    this.startedAtMs = nowMs()
    this.loadedAtMs = this.startedAtMs
  }

  /** A reload has ended. */
  noteReload({ kind: cause }: ReloadCause, { result, diagnostics }: ReloadOutcome): void {
    // Nothing has come of it yet.
    if (result === 'postponed') return
    const atMs = this.#nowMs()
    const isInForce = result === 'success' || result === 'unchanged'
    if (isInForce) this.loadedAtMs = atMs
    const errors = isInForce ? [] : diagnostics.filter(({ severity }) => severity === 'error')
    this.lastReload = { atMs, cause, result, errors }
  }
}
