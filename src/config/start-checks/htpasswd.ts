/** Files of users as `htpasswd` writes them: a name, a colon and a hash in each line. */
import type { UserSettings } from '../../settings/basic-auth/definition.ts'
import { isWeakHash, parsePasswordHash } from '../../syntax/password-hash.ts'
import { isUserName } from '../../syntax/user-name.ts'
import { decodeText, MAX_VALUE_BYTES } from '../decode-text.ts'

/** What is wrong or unwise in a line. */
export interface HtpasswdRemark {
  /** From 1; 0 for the file as a whole. */
  readonly line: number
  /** Holds nothing of the line. */
  readonly message: string
  /** Whose line it is; one that can be sent, and may hold any character of a script. */
  readonly user?: string
}

export interface Htpasswd {
  readonly users: readonly UserSettings[]
  /** Not empty: the file cannot be used. Nobody is let in by a part of it. */
  readonly errors: readonly HtpasswdRemark[]
  readonly warnings: readonly HtpasswdRemark[]
}

export function parseHtpasswd(bytes: Uint8Array): Htpasswd {
  const text = decodeText(bytes, MAX_VALUE_BYTES)
  if (!text.ok) return { users: [], errors: [{ line: 0, message: `is ${text.error.message}` }], warnings: [] }
  const users = new Map<string, UserSettings>()
  const errors: HtpasswdRemark[] = []
  const warnings: HtpasswdRemark[] = []
  for (const [index, whole] of text.value.split('\n').entries()) {
    const line = index + 1
    const written = whole.replace(/\r$/, '')
    if (written.trim() === '' || written.startsWith('#')) continue
    // Behind a second colon some tools keep a comment.
    const [name = '', hash] = written.split(':')
    const parsed = hash === undefined ? undefined : parsePasswordHash(hash)
    if (parsed === undefined) errors.push({ line, message: 'not `name:hash`' })
    else if (!isUserName(name)) errors.push({ line, message: 'browsers cannot send this user name' })
    else if (users.has(name)) errors.push({ line, message: 'a second line', user: name })
    else if (!parsed.ok) errors.push({ line, message: parsed.error, user: name })
    else {
      users.set(name, { name, secret: parsed.value })
      if (isWeakHash(parsed.value)) warnings.push({ line, message: 'a weak hash', user: name })
    }
  }
  if (users.size + errors.length === 0) warnings.push({ line: 0, message: 'has no users' })
  return { users: [...users.values()], errors, warnings }
}
