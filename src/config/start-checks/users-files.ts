/** The htpasswd files of the routes, read with the configuration: whole, or a diagnostic for every wrong line. */
import type { Diagnostic, SourcePosition } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { fileTrouble } from '../interpolate.ts'
import { quoted } from '../printable.ts'
import { judgesOf } from '../route-judges.ts'
import type { BasicAuthSettings, UserSettings } from '../../settings/basic-auth/definition.ts'
import { parseHtpasswd, type Htpasswd, type HtpasswdRemark } from '../../gateway/judges/passwords/htpasswd.ts'

export interface UsersFiles {
  /** Every user of a route. */
  readonly usersOf: (settings: BasicAuthSettings) => readonly UserSettings[]
  /** Errors and warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** A file that several routes name is read, and reported, once. */
export function readUsersFiles(config: LoadedConfig, readFileSync: (path: string) => Uint8Array): UsersFiles {
  const read = new Map<string, Htpasswd>()
  const diagnostics: Diagnostic[] = []
  config.settings.routes.forEach(({ access }, i) => {
    judgesOf(access).forEach((judge, j) => {
      if (judge.kind !== 'basic_auth' || judge.basicAuth.usersFile === undefined) return
      const { usersFile: file, users } = judge.basicAuth
      const at = access.kind === 'all_of' ? `routes/${i}/all_of/${j}` : `routes/${i}`
      const position = config.positionOfSetting(`${at}/basic_auth/users_file`)
      const known = read.get(file)
      const parsed = known ?? readUsers(file, readFileSync)
      read.set(file, parsed)
      if (known === undefined) diagnostics.push(...toDiagnostics(parsed, file, position))
      diagnostics.push(...doubles(users, parsed, file, position))
    })
  })
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

function toDiagnostics(
  { errors, warnings }: Htpasswd,
  file: string,
  position: SourcePosition,
): readonly Diagnostic[] {
  const said = ({ line, message, user }: HtpasswdRemark): string =>
    line === 0
      ? `${file} ${message}`
      : `${file}:${line}: ${message}${user === undefined ? '' : ` of the user ${quoted(user)}`}`
  return [
    ...errors.map((remark): Diagnostic => ({
      code: 'ERR_GATEWAY_USERS',
      severity: 'error',
      message: said(remark),
      position,
      hints: ['write lines of `htpasswd -B FILE NAME`: a name, a colon and a bcrypt or argon2 hash'],
    })),
    ...warnings.map((remark): Diagnostic => {
      const isEmpty = remark.line === 0
      return {
        code: isEmpty ? 'WARN_GATEWAY_NO_USERS' : 'WARN_CONFIG_PASSWORD_HASH',
        severity: 'warning',
        message: said(remark),
        position,
        hints: [isEmpty ? 'add one: `htpasswd -B FILE NAME`' : 'make a better one: `htpasswd -B FILE NAME`'],
      }
    }),
  ]
}

/** Which of two passwords counts would be chance. */
const doubles = (
  users: readonly UserSettings[],
  parsed: Htpasswd,
  file: string,
  position: SourcePosition,
): readonly Diagnostic[] =>
  users
    .filter(({ name }) => parsed.users.some((user) => user.name === name))
    .map(({ name }) => ({
      code: 'ERR_GATEWAY_USERS',
      severity: 'error',
      message: `the user ${quoted(name)} is in \`users\` and in ${file}`,
      position,
      hints: ['keep one of them'],
    }))
