/** Whom a genuine token names, as `log.identity` wants it in the log. */
import { createHmac } from 'node:crypto'
import type { SubjectNaming } from '../decision/guard.ts'
import type { Settings } from '../settings/definition.ts'
import { redact } from './redact.ts'

/** Fields of a line: the claims of the same name; `client_id` is `azp` if the token has no other. */
export interface SubjectFields {
  readonly sub?: string
  readonly client_id?: string
  readonly jti?: string
}

type LogSettings = Pick<Settings['log'], 'identity' | 'allows'>

/** Longest value in plain, in characters. */
const MAX_LENGTH = 64
/** Hexadecimal digits: 64 bits, enough to follow somebody through a log, with hardly two people alike. */
const HASH_LENGTH = 16
const BEYOND_ASCII = /[^\x20-\x7e]/g

/**
 * What names the subjects of tokens; undefined if the log names nobody, and then nothing is read, kept or paid.
 *
 * A value becomes HMAC-SHA-256 of its UTF-8 under `key`, or is shortened and redacted; a claim that is not a text is left
 * out. The result is one printable ASCII text, so that the memory of verified tokens can hold it beside identity values:
 * some 60 bytes of hashes, at most 1.2 KB in plain.
 */
export function createSubjectNaming(
  { identity, allows }: LogSettings,
  key: string,
): SubjectNaming | undefined {
  if (identity === 'none') return undefined
  const shown = identity === 'plain' ? (value: string) => redact(value, MAX_LENGTH) : hashed(key)
  const member = (value: unknown): string | null => (typeof value === 'string' ? shown(value) : null)
  return {
    ofAllows: allows !== 'none',
    pack(claims) {
      const client = own(claims, 'client_id') ?? own(claims, 'azp')
      const packed = JSON.stringify([own(claims, 'sub'), client, own(claims, 'jti')].map(member))
      return packed.replaceAll(
        BEYOND_ASCII,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    },
  }
}

const own = (claims: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined

const hashed =
  (key: string) =>
  (value: string): string =>
    createHmac('sha256', key).update(value).digest('hex').slice(0, HASH_LENGTH)

/** @param packed As the naming made it; undefined: nobody is named. */
export function subjectFields(packed: string | undefined): SubjectFields {
  if (packed === undefined) return NONE
  const [sub, client, jti] = JSON.parse(packed) as readonly (string | null)[]
  return {
    ...(typeof sub === 'string' && { sub }),
    ...(typeof client === 'string' && { client_id: client }),
    ...(typeof jti === 'string' && { jti }),
  }
}

const NONE: SubjectFields = {}
