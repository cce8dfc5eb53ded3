/** The part of the schema that describes how a route asks for user name and password. */
import { z } from 'zod'
import { parsePasswordHash, type PasswordHash } from '../syntax/password-hash.ts'
import { isUserName } from '../syntax/user-name.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { parseRealm } from '../settings/values/texts.ts'
import type { Problem } from '../settings/problem.ts'
import { parseIdentityHeader } from '../settings/values/header-names.ts'
import { quoted } from '../printable.ts'
import { flag, literalText, strictMap, text } from './schema-leaf.ts'

const HASH_HINT = '`htpasswd -nB NAME` makes one; a password itself is written as `{ password: "${file:…}" }`'

/** The problem does not show what is written: it may be a password. */
function parseHash(written: string): Result<PasswordHash, Problem> {
  const parsed = parsePasswordHash(written)
  if (parsed.ok) return parsed
  return err({ code: 'ERR_CONFIG_PASSWORD_HASH', message: parsed.error, hints: [HASH_HINT] })
}

function parseUserName(name: string): Result<string, Problem> {
  if (isUserName(name)) return ok(name)
  const message = `${quoted(name)} is no user name that a browser can send`
  const hints = ['use 1 to 255 bytes without `:`, control characters, and spaces at the ends (RFC 7617 §2)']
  return err({ code: 'ERR_CONFIG_NAME', message, hints })
}

const UserSchema = z.union([
  text(parseHash),
  strictMap({
    password: literalText().describe('the password itself, from a file or the environment'),
  }),
])

export const BasicAuthSchema = strictMap({
  users_file: text()
    .optional()
    .describe(
      'htpasswd file, relative to this file; bcrypt (htpasswd -B), argon2, and with a warning older hashes',
    ),
  users: z
    .record(text(parseUserName), UserSchema)
    .optional()
    .describe('users by name: a password hash, or a map with the password'),
  realm: text(parseRealm).optional().describe('what a browser shows beside its question; default Restricted'),
  user_header: text(parseIdentityHeader)
    .optional()
    .describe("header that tells the application the user's name; default: none"),
  forward_credentials: flag()
    .optional()
    .describe('whether the application is sent the password too; default false'),
}).describe('asks for user name and password (HTTP Basic); only the gateway does')

export type BasicAuthConfig = z.output<typeof BasicAuthSchema>
