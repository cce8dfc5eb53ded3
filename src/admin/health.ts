/** Health: is the process alive, and may traffic be sent to it? */
import type { Issuer } from '../jwt/issuer.ts'

/** What readiness depends on. */
export interface HealthState {
  /** Short digest of the configuration in force. */
  readonly configDigest: string
  /** Addresses that are listened on. */
  readonly listeners: readonly string[]
  readonly issuers: readonly Issuer[]
  readonly isDraining: boolean
  /** Epoch milliseconds. */
  readonly nowMs: number
}

export interface HealthReport {
  readonly isReady: boolean
  /** One line each; `[+]` good, `[~]` degraded, `[-]` not ready. */
  readonly lines: readonly string[]
}

/** Ready: every issuer has usable keys, and the process is not stopping. A stale key set is degraded, not unready. */
export function reportHealth(state: HealthState): HealthReport {
  const issuers = state.issuers.map((issuer) => issuerLine(issuer, state.nowMs))
  const isReady = !state.isDraining && issuers.every((line) => !line.startsWith('[-]'))
  const lines = [
    `[+] config ${state.configDigest}`,
    ...state.listeners.map((address) => `[+] listener ${address}`),
    ...issuers,
    ...(state.isDraining ? ['[-] stopping'] : []),
    isReady ? 'ready' : 'not ready',
  ]
  return { isReady, lines }
}

function issuerLine({ settings, keys }: Issuer, nowMs: number): string {
  const status = keys.status()
  const age =
    status.loadedAtMs === undefined
      ? 'never loaded'
      : `${Math.max(0, Math.round((nowMs - status.loadedAtMs) / 1000))} s old`
  const text = `issuer ${settings.name}: ${status.keys.length} keys, ${age}${status.lastError === undefined ? '' : `; last error: ${status.lastError}`}`
  return `${{ fresh: '[+]', stale: '[~]', empty: '[-]' }[status.state]} ${text}`
}
