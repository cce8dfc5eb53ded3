/** User names and passwords that let requests through a route. */
import { z } from 'zod'
import { MASK, quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { parsePasswordHash, type PasswordHash } from '../../syntax/password-hash.ts'
import { isUserName } from '../../syntax/user-name.ts'
import { listByName } from '../kinds/collections.ts'
import { escape, parsedBy, type Checked, type Kind, type Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { offByDefault, secretText, text, watchedFile } from '../kinds/values.ts'
import { refuse, type Problem } from '../problem.ts'
import { parseIdentityHeader } from '../values/header-names.ts'
import { parseRealm } from '../values/texts.ts'

/** What a password is compared with. */
export type PasswordSecret = PasswordHash | { readonly kind: 'plain'; readonly text: string }

export interface UserSettings {
  /** Compared byte by byte as UTF-8; without `:` and control characters. */
  readonly name: string
  readonly secret: PasswordSecret
}

const HASH_HINT = '`htpasswd -nB NAME` makes one; a password itself is written as `{ password: "${file:…}" }`'

/** The problem does not show what is written: it may be a password. */
function parseHash(written: string): Result<PasswordHash, Problem> {
  const parsed = parsePasswordHash(written)
  if (parsed.ok) return parsed
  return refuse('ERR_CONFIG_PASSWORD_HASH', parsed.error, HASH_HINT)
}

function parseUserName(name: string): Result<string, Problem> {
  if (isUserName(name)) return ok(name)
  const message = `${quoted(name)} is not a user name that a browser can send`
  const hint = 'use 1 to 255 bytes without `:`, control characters, and spaces at the ends (RFC 7617 §2)'
  return refuse('ERR_CONFIG_NAME', message, hint)
}

export const PASSWORD = section({
  password: required(secretText(), 'The password itself, best read from a file or the environment.', {
    absent: 'required there',
  }),
})

/** A hash is masked like a secret: passwords can be guessed from it. */
const user: Kind<PasswordHash | Checked<typeof PASSWORD>, { readonly secret: PasswordSecret }, ''> = {
  schema: z.union([parsedBy(z.string(), parseHash), PASSWORD.schema]),
  type: 'password hash, or a map',
  unit: '',
  isSecret: true,
  shape: PASSWORD.shape,
  member: (key) => PASSWORD.member?.(key),
  read: (written) => ({
    secret: 'password' in written ? { kind: 'plain', text: written.password } : written,
  }),
  write({ secret }, { secrets }) {
    const shown = secrets === 'masked' ? MASK : escape(secret.text)
    return secret.kind === 'plain' ? { password: shown } : shown
  },
}

export const BASIC_AUTH = section(
  {
    users_file: optional(
      watchedFile(),
      'htpasswd file of at most 1 MiB, relative to the configuration file; read again when it changes. Each line is a name, `:` and a hash (bcrypt, argon2; older hashes are a warning); lines that begin with `#` are comments.',
    ),
    users: withDefault(
      listByName('name', text('user name', parseUserName), user),
      {},
      'Users by name, each a password hash or a map with `password`; instead of `users_file` or in addition to it.',
    ),
    // As in the examples of Apache and nginx.
    realm: withDefault(
      text('text, quotable ASCII', parseRealm),
      'Restricted',
      'Text that a browser shows when it asks for the password.',
    ),
    user_header: optional(
      text('header name', parseIdentityHeader),
      "Header that carries the user's name to the application, percent-encoded outside visible ASCII. It is removed from every client's request, on every route and in every spelling.",
    ),
    forward_credentials: offByDefault(
      'Forward the `Authorization` header with the password to the application.',
    ),
  },
  'Asks for user name and password (HTTP Basic); in the gateway only.',
)

export type BasicAuthConfig = Checked<typeof BASIC_AUTH>

/** Routes with equal settings share what is known about passwords. */
export type BasicAuthSettings = Value<typeof BASIC_AUTH>
