/** Users and passwords of a route: checked configuration → settings, and the way back. */
import { resolve } from 'node:path'
import type { BasicAuthSettings, PasswordSecret, UserSettings } from '../settings/basic-auth/definition.ts'
import { isWeakHash } from '../syntax/password-hash.ts'
import { isSendable } from '../syntax/user-name.ts'
import type { RouteSettings } from '../settings/route/definition.ts'
import { MASK } from '../printable.ts'
import { compact, escape, mapDefined, unlessDefault, unlessEmpty } from './config-value.ts'
import type { ConfigValueOptions, Value } from './config-value.ts'
import type { Problem } from '../settings/problem.ts'
import { toPointer } from './json-pointer.ts'
import type { Located } from '../settings/problem.ts'
import { judgesOf } from './route-judges.ts'
import type { BasicAuthConfig } from './schema-basic-auth.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import { DEFAULT_BASIC_REALM } from './setting-defaults.ts'

type UserConfig = NonNullable<BasicAuthConfig['users']>[string]

/** @param directory Absolute; what file names are relative to. */
export function toBasicAuth(auth: BasicAuthConfig, directory: string): BasicAuthSettings {
  return {
    ...(auth.users_file === undefined ? {} : { usersFile: resolve(directory, auth.users_file) }),
    users: Object.entries(auth.users ?? {}).map(([name, user]) => ({ name, secret: toSecret(user) })),
    realm: auth.realm ?? DEFAULT_BASIC_REALM,
    ...(auth.user_header === undefined ? {} : { userHeader: auth.user_header }),
    forwardCredentials: auth.forward_credentials ?? false,
  }
}

const toSecret = (user: UserConfig): PasswordSecret =>
  'password' in user ? { kind: 'plain', text: user.password } : user

export function fromBasicAuth(auth: BasicAuthSettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  return compact({
    users_file: mapDefined(auth.usersFile, escape),
    users: unlessEmpty(Object.fromEntries(auth.users.map((user) => [user.name, fromSecret(user, options)]))),
    realm: mapDefined(unless(auth.realm, DEFAULT_BASIC_REALM), escape),
    user_header: auth.userHeader,
    forward_credentials: unless(auth.forwardCredentials, false),
  })
}

/** A hash is masked like a secret: passwords can be guessed from it. */
function fromSecret({ secret }: UserSettings, { secrets }: ConfigValueOptions): string | Value {
  const text = secrets === 'masked' ? MASK : escape(secret.text)
  return secret.kind === 'plain' ? { password: text } : text
}

export function checkBasicAuth({ pointer, value }: Located<BasicAuthConfig>): readonly LocatedProblem[] {
  const { users, users_file: file } = value
  if (users === undefined && file === undefined) return [{ pointer, problem: NO_USERS }]
  const names = Object.entries(users ?? {})
  if (users !== undefined && names.length === 0)
    return [{ pointer: `${pointer}/users`, problem: EMPTY_USERS }]
  return names.flatMap(([name, user]): readonly LocatedProblem[] => {
    const at = `${pointer}/users${toPointer([name])}`
    if ('password' in user) {
      const { password } = user
      const problem =
        password === '' ? EMPTY_PASSWORD : isSendable(`${name}:${password}`) ? undefined : UNSENDABLE_PASSWORD
      return problem === undefined ? [] : [{ pointer: `${at}/password`, problem }]
    }
    return isWeakHash(user) ? [{ pointer: at, problem: WEAK_HASH }] : []
  })
}

const NO_USERS: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: '`basic_auth` without users',
  hints: ['write `users_file`, `users`, or both'],
}
const EMPTY_USERS: Problem = {
  code: 'ERR_CONFIG_EMPTY_LIST',
  message: 'no users',
  hints: ['write at least one, or leave the key out'],
}
const EMPTY_PASSWORD: Problem = { code: 'ERR_CONFIG_PASSWORD_HASH', message: 'an empty password' }
const UNSENDABLE_PASSWORD: Problem = {
  code: 'ERR_CONFIG_PASSWORD_HASH',
  message: 'a password that no browser can send: too long, or with a control character',
  hints: ['is there a line end of Windows in its file? Only a line feed is left out'],
}
const WEAK_HASH: Problem = {
  code: 'WARN_CONFIG_PASSWORD_HASH',
  message: 'whoever gets hold of this hash has the password soon',
  hints: ['make a better one: `htpasswd -nB NAME`'],
}

/** The htpasswd files of the routes. */
export const usersFiles = (routes: readonly RouteSettings[]): readonly string[] =>
  routes
    .flatMap(({ access }) => judgesOf(access))
    .flatMap((judge) =>
      judge.kind === 'basic_auth' && judge.basicAuth.usersFile !== undefined
        ? [judge.basicAuth.usersFile]
        : [],
    )
