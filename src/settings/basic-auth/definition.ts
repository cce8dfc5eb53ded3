/** Settings of a route that asks for user name and password: plain data, as the configuration hands them over. */
import type { PasswordHash } from '../../syntax/password-hash.ts'

/** What a password is compared with. */
export type PasswordSecret = PasswordHash | { readonly kind: 'plain'; readonly text: string }

export interface UserSettings {
  /** Compared byte by byte as UTF-8; without `:` and control characters. */
  readonly name: string
  readonly secret: PasswordSecret
}

/** Routes with equal settings share what is known about passwords. */
export interface BasicAuthSettings {
  /** htpasswd file; absent: the users are all in `users`. */
  readonly usersFile?: string
  readonly users: readonly UserSettings[]
  /** What a browser shows beside its question. Default `Restricted`. */
  readonly realm: string
  /** Header that tells the application the user's name; absent: none does. */
  readonly userHeader?: string
  /** Whether the application is sent the password too. Default false. */
  readonly forwardCredentials: boolean
}
