/** The file in which the last good keys outlive a run: its content, and when it is trusted. */
import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../../result.ts'
import type { Ownership, SnapshotFile } from '../key-deps.ts'
import { isJsonObject, readJsonObject } from '../../strict-json.ts'

export interface Snapshot {
  /** The document as the issuer sent it. */
  readonly jwks: Uint8Array
  /** Epoch milliseconds of the load. */
  readonly loadedAtMs: number
  /** By thumbprint, epoch milliseconds. */
  readonly firstSeen: ReadonlyMap<string, number>
}

/** What a snapshot belongs to. One of another issuer or place is not used. */
export interface SnapshotOrigin {
  /** The exact `iss`. */
  readonly issuer: string
  /** Kind and URL of the source. Only its digest is written: a URL may hold a token. */
  readonly place: string
}

const FORMAT = 'warder-keys'
/** A file of another version is ignored, and the keys are loaded again. */
const VERSION = 1

/** Writes a snapshot as one line of JSON, with a digest over all of it. */
export function encodeSnapshot(
  { jwks, loadedAtMs, firstSeen }: Snapshot,
  origin: SnapshotOrigin,
): Uint8Array {
  const content = {
    format: FORMAT,
    version: VERSION,
    issuer: origin.issuer,
    place: sha256(origin.place),
    loaded_at: loadedAtMs,
    first_seen: Object.fromEntries(firstSeen),
    jwks: new TextDecoder().decode(jwks),
  }
  return new TextEncoder().encode(`${JSON.stringify({ ...content, sha256: digestOf(content) })}\n`)
}

/**
 * Reads a snapshot; the error is for people. The digest finds damage, not malice: anyone who may write the file could
 * compute it, so a file that others may write is refused first.
 *
 * @param maxAgeMs Age at which its keys are too old to be used.
 */
export function decodeSnapshot(
  file: SnapshotFile,
  origin: SnapshotOrigin,
  nowMs: number,
  maxAgeMs: number,
): Result<Snapshot, string> {
  const distrust = distrustOf(file, 'it') ?? distrustOf(file.directory, 'its directory')
  if (distrust !== undefined) return err(distrust)
  const read = readJsonObject(file.bytes)
  if (!read.ok) return err(read.error)
  const { sha256: digest, ...content } = read.value
  if (content['format'] !== FORMAT) return err('it is not a snapshot of keys')
  if (content['version'] !== VERSION) return err('it is of another version')
  if (digest !== digestOf(content)) return err('it is damaged')
  if (content['issuer'] !== origin.issuer) return err('it is of another issuer')
  if (content['place'] !== sha256(origin.place)) return err('its keys come from another place')
  const { loaded_at: loadedAtMs, jwks } = content
  if (typeof loadedAtMs !== 'number' || typeof jwks !== 'string') return err('it is incomplete')
  if (Math.abs(nowMs - loadedAtMs) > maxAgeMs) return err('it is older than `max_stale`')
  return ok({
    jwks: new TextEncoder().encode(jwks),
    // A clock that was set back must not make the keys younger than they are.
    loadedAtMs: Math.min(loadedAtMs, nowMs),
    firstSeen: readTimes(content['first_seen']),
  })
}

/**
 * Why a snapshot may be another user's work; undefined when only this user and root could have written it. The owner of
 * its directory may replace every file in it, and so may everybody with write access.
 */
export function distrustOf({ isOwn, mode }: Ownership, what: 'it' | 'its directory'): string | undefined {
  if (!isOwn) return `${what} belongs to another user`
  return (mode & 0o022) === 0 ? undefined : `others may write to ${what}`
}

function readTimes(value: unknown): ReadonlyMap<string, number> {
  const entries = isJsonObject(value) ? Object.entries(value) : []
  return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** `JSON.parse` keeps the order of the names, so that what was written is what is hashed. */
const digestOf = (content: Readonly<Record<string, unknown>>): string => sha256(JSON.stringify(content))
