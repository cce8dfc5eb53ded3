/** User name and password of a request, RFC 7617. */
import { err, ok, type Result } from '../../../result.ts'
import { isSendable, MAX_CREDENTIALS_BYTES } from '../../../syntax/user-name.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Why a request has no credentials. */
export type CredentialsMiss = 'absent' | 'multiple' | 'malformed'

const MAX_CHARACTERS = Math.ceil(MAX_CREDENTIALS_BYTES / 3) * 4

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Stricter than RFC 7617: UTF-8 alone, base64 with its padding and nothing behind it, neither part empty.
 *
 * @param values Of every `Authorization` field.
 */
export function readBasicCredentials(values: readonly string[]): Result<Credentials, CredentialsMiss> {
  const [value = ''] = values
  if (values.length > 1) return err('multiple')
  const [, scheme = '', rest = ''] = /^([^ ]*) *(.*)$/s.exec(value) ?? []
  // Another scheme is a credential for someone else, not a malformed one.
  if (scheme.toLowerCase() !== 'basic') return err('absent')
  const decoded = decode(rest)
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === undefined || colon < 1 || colon === decoded.length - 1) return err('malformed')
  return ok({ user: decoded.slice(0, colon), password: decoded.slice(colon + 1) })
}

function decode(base64: string): string | undefined {
  if (base64.length > MAX_CHARACTERS || !BASE64.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  // The last character may have unused bits: a second spelling.
  if (bytes.toString('base64') !== base64) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return isSendable(text) ? text : undefined
  } catch {
    return undefined
  }
}
