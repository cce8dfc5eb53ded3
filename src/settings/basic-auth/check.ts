/** What the schema cannot check about users and passwords. */
import { toPointer } from '../../json-pointer.ts'
import { isWeakHash } from '../../syntax/password-hash.ts'
import { isSendable } from '../../syntax/user-name.ts'
import type { Located, LocatedProblem, Problem } from '../problem.ts'
import type { BasicAuthConfig } from './definition.ts'

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
  message: 'browsers cannot send this password: it is too long, or has a control character',
  hints: ['check its file for Windows line ends; only a final line feed is removed'],
}
const WEAK_HASH: Problem = {
  code: 'WARN_CONFIG_PASSWORD_HASH',
  message: 'an attacker who obtains this hash can soon find the password',
  hints: ['generate a stronger one: `htpasswd -nB NAME`'],
}
