/** Goma's middleware `basic`, `basicAuth` in newer versions → the `basic_auth` of a native route. */
import { mistake, type Problem } from '../../../settings/problem.ts'
import { quoted } from '../../../printable.ts'
import { z } from 'zod'
import { strictMap } from '../../../settings/kinds/section.ts'
import { text } from '../../../settings/kinds/values.ts'
import { gomaFlag } from '../leaf.ts'
import { withoutEmpty } from '../../read-foreign.ts'
import { withoutEffect } from '../noted-keys.ts'
import type { Judge } from './judges.ts'

/** One user of the old version; `realm` and `users` of the new one. */
export const BasicAuthRuleSchema = strictMap({
  username: text().schema.optional(),
  password: z.string().optional(),
  realm: z.string().optional(),
  forwardUsername: gomaFlag().optional(),
  users: z
    .array(
      z.union([
        text().schema.describe('user:password'),
        strictMap({ username: text().schema, password: z.string() }),
      ]),
    )
    .optional(),
})

type BasicAuthRule = z.output<typeof BasicAuthRuleSchema>

interface GomaUser {
  readonly name: string
  readonly password: string
  /** Where it is written, below the rule. */
  readonly origin: string
}

/** The header in which Goma tells the application who it is. */
const USER_HEADER = 'username'

/** What Goma takes for a hash: everything else is the password itself. */
const HASH = /^(?:\$2[aby]?\$|\$argon2|\$apr1\$|\{SHA\})/

export function translateBasicAuth(rule: BasicAuthRule): Judge | Problem {
  const all = usersOf(rule)
  if ('code' in all) return all
  const users = all.filter((user, i) => indexOfName(all, user) === i)
  const { realm, forwardUsername } = rule
  return {
    kind: 'basic_auth',
    value: withoutEmpty({
      users: Object.fromEntries(users.map((user) => [user.name, toUser(user)])),
      realm,
      user_header: forwardUsername === true ? USER_HEADER : undefined,
      // Goma leaves the header as it is, and applications behind it may read it.
      forward_credentials: true,
    }),
    origins: {
      users: 'rule',
      realm: 'rule/realm',
      user_header: 'rule/forwardUsername',
      ...Object.fromEntries(users.map(({ name, origin }) => [`users/${name}`, `rule/${origin}`])),
    },
  }
}

const indexOfName = (users: readonly GomaUser[], { name }: GomaUser): number =>
  users.findIndex((user) => user.name === name)

/** Goma accepts either password. The first one alone lets nobody in whom Goma would refuse. */
export function repeatedUsers(rule: BasicAuthRule): readonly (Problem & { readonly at: number })[] {
  const users = usersOf(rule)
  if ('code' in users) return []
  return users.flatMap((user, i) => {
    if (indexOfName(users, user) === i) return []
    const message = `the user ${quoted(user.name)} is repeated, and only the first counts`
    return [{ ...withoutEffect(message, 'keep one of them'), at: i }]
  })
}

function usersOf({ username, password, users }: BasicAuthRule): readonly GomaUser[] | Problem {
  const isOld = username !== undefined || password !== undefined
  if (isOld === (users !== undefined && users.length > 0)) return NO_USERS
  if (isOld) {
    if (username === undefined || password === undefined || password === '') return NO_USERS
    return [{ name: username, password, origin: 'password' }]
  }
  const read = (users ?? []).map((user, i): GomaUser => {
    if (typeof user !== 'string')
      return { name: user.username, password: user.password, origin: `users/${i}/password` }
    const colon = user.indexOf(':')
    return { name: user.slice(0, colon), password: user.slice(colon + 1), origin: `users/${i}` }
  })
  const isWhole = (users ?? []).every((user) => typeof user !== 'string' || user.includes(':'))
  return isWhole && read.every(({ password: secret }) => secret !== '') ? read : NO_PASSWORD
}

const toUser = ({ password }: GomaUser): unknown => (HASH.test(password) ? password : { password })

const NO_USERS = mistake('ERR_CONFIG_EXACTLY_ONE', 'a rule needs `username` and `password`, or `users`')
/** Does not show what is written: it may be a password. */
const NO_PASSWORD = mistake(
  'ERR_CONFIG_VALUE',
  'a user has no password',
  'write `user:password`, or a map of `username` and `password`',
)
