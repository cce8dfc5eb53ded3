/** What the schema cannot check about users and passwords. */
import { toPointer } from '../../json-pointer.ts'
import { isWeakHash } from '../../syntax/password-hash.ts'
import { isSendable } from '../../syntax/user-name.ts'
import { problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import type { RateLimitConfig } from '../rate-limit/definition.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { judgesIn } from '../route/judges.ts'
import type { BasicAuthConfig } from './definition.ts'

export function checkBasicAuth({ pointer, value }: Located<BasicAuthConfig>): readonly LocatedProblem[] {
  const { users, users_file: file } = value
  if (users === undefined) {
    const hint = 'write `users_file`, `users`, or both'
    return file === undefined
      ? [problemAt(pointer, 'ERR_CONFIG_EXACTLY_ONE', '`basic_auth` without users', hint)]
      : []
  }
  const names = Object.entries(users)
  if (names.length === 0) {
    const hint = 'write at least one, or leave the key out'
    return [problemAt(`${pointer}/users`, 'ERR_CONFIG_EMPTY_LIST', 'no users', hint)]
  }
  return names.flatMap(([name, user]) => {
    const at = `${pointer}/users${toPointer([name])}`
    if ('password' in user) return checkPassword(`${at}/password`, name, user.password)
    if (!isWeakHash(user)) return []
    const message = 'an attacker who obtains this hash can soon find the password'
    return [
      problemAt(at, 'WARN_CONFIG_PASSWORD_HASH', message, 'generate a stronger one: `htpasswd -nB NAME`'),
    ]
  })
}

function checkPassword(at: string, name: string, password: string): readonly LocatedProblem[] {
  if (password === '') return [problemAt(at, 'ERR_CONFIG_PASSWORD_HASH', 'an empty password')]
  if (isSendable(`${name}:${password}`)) return []
  const message = 'browsers cannot send this password: it is too long, or has a control character'
  const hint = 'check its file for Windows line ends; only a final line feed is removed'
  return [problemAt(at, 'ERR_CONFIG_PASSWORD_HASH', message, hint)]
}

/** Only a limit by address counts guesses: they have no identity, and the rest is the client's own choice. */
export function checkPasswordLimits(parts: ConfigParts): readonly LocatedProblem[] {
  const { listen, routes, upstreams, whole } = parts
  const listeners = listen?.gateway ?? []
  if (whole === undefined || listeners.length === 0) return []
  // A listener that only redirects asks for no password.
  const asking = listeners.filter(({ redirect }) => redirect === undefined)
  if (asking.every(({ rate_limit: limits }) => limitsAddress(limits))) return []
  const limited = new Set(
    upstreams.filter(({ value }) => limitsAddress(value.rate_limit)).map(({ name }) => name),
  )
  const message = 'one address can try as many passwords as Warder can verify'
  return routes.flatMap((route) => {
    const { rate_limit: limits, upstream } = route.value
    if (limitsAddress(limits) || (upstream !== undefined && limited.has(upstream))) return []
    return judgesIn(route)
      .filter(({ value }) => value.basic_auth !== undefined)
      .map(({ pointer }) => problemAtKey(`${pointer}/basic_auth`, 'WARN_CONFIG_PASSWORDS_UNLIMITED', message))
  })
}

const limitsAddress = (limits: readonly RateLimitConfig[] | undefined): boolean =>
  limits?.some(({ by }) => by === undefined || by === 'address') === true
