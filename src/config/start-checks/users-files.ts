/** The htpasswd files of the routes, read with the configuration: whole, or a diagnostic for every wrong line. */
import { diagnosticAt, type Diagnostic, type SourcePosition } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { fileTrouble } from '../interpolate.ts'
import { quoted } from '../../printable.ts'
import { placedBasicAuthsOf } from '../setting-places.ts'
import type { BasicAuthSettings, UserSettings } from '../../settings/basic-auth/definition.ts'
import { parseHtpasswd, type Htpasswd, type HtpasswdRemark } from './htpasswd.ts'

export interface UsersFiles {
  /** Every user of a route. */
  readonly usersOf: (settings: BasicAuthSettings) => readonly UserSettings[]
  /** Errors and warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Of a setting; only looked up for a remark. */
type Position = () => SourcePosition

/** A file that several routes name is read, and reported, once. */
export function readUsersFiles(
  config: Pick<LoadedConfig, 'settings' | 'positionOfSetting'>,
  readFileSync: (path: string) => Uint8Array,
): UsersFiles {
  const read = new Map<string, Htpasswd>()
  const diagnostics: Diagnostic[] = []
  for (const { basicAuth, setting } of placedBasicAuthsOf(config.settings.routes)) {
    const { usersFile: file, users } = basicAuth
    if (file === undefined) continue
    const position: Position = () => config.positionOfSetting(`${setting}/basic_auth/users_file`)
    const known = read.get(file)
    const parsed = known ?? readUsers(file, readFileSync)
    read.set(file, parsed)
    if (known === undefined) diagnostics.push(...remarksOn(parsed, file, position))
    diagnostics.push(...doubles(users, parsed, file, position))
  }
  return {
    diagnostics,
    usersOf: ({ usersFile, users }) =>
      usersFile === undefined ? users : [...users, ...(read.get(usersFile)?.users ?? [])],
  }
}

function readUsers(file: string, readFileSync: (path: string) => Uint8Array): Htpasswd {
  try {
    return parseHtpasswd(readFileSync(file))
  } catch (fault) {
    return { users: [], errors: [{ line: 0, message: fileTrouble(fault) }], warnings: [] }
  }
}

function remarksOn({ errors, warnings }: Htpasswd, file: string, position: Position): readonly Diagnostic[] {
  const place = ({ line, message, user }: HtpasswdRemark): string =>
    line === 0
      ? `${file} ${message}`
      : `${file}:${line}: ${message}${user === undefined ? '' : ` of the user ${quoted(user)}`}`
  const lines = 'write lines of `htpasswd -B FILE NAME`: a name, a colon and a bcrypt or argon2 hash'
  const stronger = 'generate a stronger one: `htpasswd -B FILE NAME`'
  return [
    ...errors.map((remark) => diagnosticAt(position(), 'ERR_GATEWAY_USERS', place(remark), lines)),
    ...warnings.map((remark) =>
      remark.line === 0
        ? diagnosticAt(position(), 'WARN_GATEWAY_NO_USERS', place(remark), 'add one: `htpasswd -B FILE NAME`')
        : diagnosticAt(position(), 'WARN_CONFIG_PASSWORD_HASH', place(remark), stronger),
    ),
  ]
}

/** Which of two passwords counts would be chance. */
const doubles = (
  users: readonly UserSettings[],
  parsed: Htpasswd,
  file: string,
  position: Position,
): readonly Diagnostic[] =>
  users
    .filter(({ name }) => parsed.users.some((user) => user.name === name))
    .map(({ name }) => {
      const message = `the user ${quoted(name)} is in \`users\` and in ${file}`
      return diagnosticAt(position(), 'ERR_GATEWAY_USERS', message, 'keep one of them')
    })
