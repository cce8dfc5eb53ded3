/** Health: whether traffic may be sent to this process. */
import type { Issuer } from '../jwt/issuer.ts'
import { partsOf, type KeyHistory, type KeySourceStatus } from '../keys/key-source.ts'

/** A process that serves beside others. */
export interface WorkerHealth {
  /** From 1. */
  readonly number: number
  /** Undefined between two processes. */
  readonly pid: number | undefined
  readonly isServing: boolean
  /** How its previous process ended, if there is none now that serves. */
  readonly lastEnd: string | undefined
}

/** The state that readiness depends on. */
export interface HealthState {
  /** Short digest of the configuration in force. */
  readonly configDigest: string
  /** Addresses of the listeners. */
  readonly listeners: readonly string[]
  readonly issuers: readonly Issuer[]
  /** Absent if this process serves alone. */
  readonly workers?: readonly WorkerHealth[]
  readonly isDraining: boolean
  /** Epoch milliseconds. */
  readonly nowMs: number
}

export interface HealthReport {
  readonly isReady: boolean
  /** `[+]` good, `[~]` degraded, `[-]` not ready; indented: details of the previous line. The last line is the summary. */
  readonly lines: readonly string[]
}

/**
 * Ready: every issuer has had keys, a worker serves, and the process is not stopping. A key set that is stale, or too old to be
 * used, is degraded, not unready: an issuer that is down for a day must not take down the others.
 */
export function reportHealth(state: HealthState): HealthReport {
  const workers = workerLines(state.workers ?? [])
  const issuers = state.issuers.flatMap((issuer) => issuerLines(issuer, state.nowMs))
  const isReady = !state.isDraining && [...workers, ...issuers].every((line) => !line.startsWith('[-]'))
  const lines = [
    `[+] config ${state.configDigest}`,
    ...state.listeners.map((address) => `[+] listener ${address}`),
    ...workers,
    ...issuers,
    ...(state.isDraining ? ['[-] stopping'] : []),
    isReady ? 'ready' : 'not ready',
  ]
  return { isReady, lines }
}

/** The others serve while one is replaced; the system gives them all new connections. */
function workerLines(workers: readonly WorkerHealth[]): readonly string[] {
  const absent = workers.some(({ isServing }) => isServing) ? '[~]' : '[-]'
  return workers.map(({ number, pid, isServing, lastEnd }) => {
    const process = `worker ${number}${pid === undefined ? '' : `, process ${pid}`}`
    if (isServing) return `[+] ${process}`
    return `${absent} ${process}: starting${lastEnd === undefined ? '' : `; the previous process ended: ${lastEnd}`}`
  })
}

/** The lines of each key source. A source that never had keys is only degraded if another source has had some. */
function issuerLines({ settings, keys }: Issuer, nowMs: number): readonly string[] {
  const all = partsOf(keys).map((part) => part.status())
  const isReady = all.some(({ state }) => state !== 'empty')
  return all.flatMap((status) => {
    const who = all.length === 1 ? settings.name : `${settings.name}, ${status.description}`
    return sourceLines(who, status, isReady, nowMs)
  })
}

function sourceLines(
  who: string,
  status: KeySourceStatus,
  isIssuerReady: boolean,
  nowMs: number,
): readonly string[] {
  const empty = isIssuerReady ? '[~]' : '[-]'
  const mark = { fresh: '[+]', stale: '[~]', empty, expired: '[~]' }[status.state]
  const count = status.keys.length
  const facts = [
    `issuer ${who}: ${count === 1 ? '1 key' : `${count} keys`}, ${ageOf(status, nowMs)}`,
    ...(status.state === 'expired' ? ['too old to be used'] : []),
    ...(status.loading?.origin === 'snapshot' ? ['kept by a previous run'] : []),
    ...troubleOf(status, nowMs),
  ]
  return [`${mark} ${facts.join('; ')}`, ...status.history.map((key) => keyLine(key, nowMs))]
}

const ageOf = ({ loadedAtMs }: KeySourceStatus, nowMs: number): string =>
  loadedAtMs === undefined ? 'never loaded' : `${seconds(nowMs - loadedAtMs)} s old`

function troubleOf({ lastError, loading }: KeySourceStatus, nowMs: number): readonly string[] {
  if (lastError === undefined) return []
  const error = `last error: ${lastError}`
  if (loading?.lastErrorAtMs === undefined) return [error]
  const next = `next attempt in ${seconds(loading.nextLoadAtMs - nowMs)} s`
  return [`${error} (${seconds(nowMs - loading.lastErrorAtMs)} s ago, ${loading.failures} in a row, ${next})`]
}

/** What a person asks about during a rotation. */
function keyLine(key: KeyHistory, nowMs: number): string {
  const used =
    key.lastUsedMs === undefined ? 'not used yet' : `last used ${seconds(nowMs - key.lastUsedMs)} s ago`
  const now = key.isInForce ? 'in force' : `gone, last seen ${time(key.lastSeenMs)}`
  return `    key ${key.kid ?? key.thumbprint}: first seen ${time(key.firstSeenMs)}, ${now}, ${used}`
}

const time = (ms: number): string => new Date(ms).toISOString()
const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000))
