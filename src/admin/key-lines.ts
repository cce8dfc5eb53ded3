/** The keys of an issuer, one line each: what a person asks about during a rotation. */
import type { KeyHistory, KeySourceStatus } from '../keys/key-source.ts'

/** @param nowMs Epoch milliseconds. */
export const keyLines = ({ history }: KeySourceStatus, nowMs: number): readonly string[] =>
  history.map((key) => keyLine(key, nowMs))

function keyLine(key: KeyHistory, nowMs: number): string {
  const used = key.lastUsedMs === undefined ? 'not used yet' : `last used ${ago(nowMs - key.lastUsedMs)}`
  const seen = `first seen ${time(key.firstSeenMs)}, ${key.isInForce ? 'in force' : `gone, last seen ${time(key.lastSeenMs)}`}`
  return `    key ${key.kid ?? key.thumbprint}: ${seen}, ${used}`
}

const ago = (ms: number): string => `${Math.max(0, Math.round(ms / 1_000))} s ago`
const time = (ms: number): string => new Date(ms).toISOString()
