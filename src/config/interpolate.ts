/** `${ENV}`, `${ENV:-default}` and `${file:PATH}` in the strings of a configuration. */
import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { mistake, type Problem } from '../settings/problem.ts'
import { err, ok, type Result } from '../result.ts'
import { decodeText, MAX_VALUE_BYTES } from './decode-text.ts'
import { mapStrings } from './map-strings.ts'
import { quoted } from '../printable.ts'
import { suggestion } from '../suggest.ts'

/** Where values come from. Both are injected: the configuration itself has no files and no environment. */
export interface ConfigSurroundings {
  /** @throws When the file cannot be read; the `code` of Node's errors is understood. */
  readonly readFile: (path: string) => Uint8Array | Promise<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Interpolated {
  readonly value: unknown
  /** Pointers to strings that could not be filled in, with the reason. They stay as written in `value`. */
  readonly problems: readonly { readonly pointer: string; readonly problem: Problem }[]
  /** Every file that was read, or should have been: absolute path → hash of its content. */
  readonly files: ReadonlyMap<string, string>
}

/** `$${` is a literal `${`; then what is inside the braces, which holds no brace itself. */
const REFERENCE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g
/** Most texts of a large configuration refer to nothing: a pattern for each would take longer than the rest of this. */
const mayRefer = (text: string): boolean => text.includes('${')
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Replaces the references in every string value; keys are left alone.
 *
 * @param file The configuration, which relative paths are relative to.
 * @param isSecretField Whether the string there is a secret; a default in it is refused.
 */
export async function interpolate(
  root: unknown,
  file: string,
  surroundings: ConfigSurroundings,
  isSecretField: (pointer: string) => boolean,
): Promise<Interpolated> {
  const problems: { pointer: string; problem: Problem }[] = []
  const contents = new Map<string, FileContent>()
  for (const path of referencedFiles(root)) {
    contents.set(resolve(dirname(file), path), await readContent(resolve(dirname(file), path), surroundings))
  }

  const fill = (text: string, pointerOf: () => string): string => {
    if (!mayRefer(text)) return text
    const pointer = pointerOf()
    return text.replaceAll(REFERENCE, (written: string, inside: string | undefined) => {
      if (written === '$${') return '${'
      const filled = resolveReference(inside, isSecretField(pointer))
      if (typeof filled === 'string') return filled
      problems.push({ pointer, problem: filled })
      return written
    })
  }

  const resolveReference = (inside: string | undefined, isSecret: boolean): string | Problem => {
    if (inside?.startsWith('file:')) {
      const content = contents.get(resolve(dirname(file), inside.slice('file:'.length)))
      return content?.problem ?? content?.text ?? SYNTAX
    }
    const [name = '', ...rest] = (inside ?? '').split(':-')
    if (!ENV_NAME.test(name)) return SYNTAX
    if (rest.length > 0 && isSecret) return secretDefault(name)
    const set = surroundings.env[name]
    // As in a shell, `:-` also stands in for what is set but empty.
    if (rest.length > 0) return set === undefined || set === '' ? rest.join(':-') : set
    return set ?? unset(name, surroundings.env, isSecret)
  }

  const value = mapStrings(root, fill)
  return { value, problems, files: new Map([...contents].map(([path, { hash }]) => [path, hash])) }
}

/** SHA-256 in hex; what a change of a file is noticed by. */
export const hashContent = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface FileContent {
  readonly text?: string
  readonly problem?: Problem
  readonly hash: string
}

function referencedFiles(root: unknown): ReadonlySet<string> {
  const paths = new Set<string>()
  mapStrings(root, (text) => {
    for (const [, inside] of mayRefer(text) ? text.matchAll(REFERENCE) : []) {
      if (inside?.startsWith('file:') && inside.length > 'file:'.length)
        paths.add(inside.slice('file:'.length))
    }
    return text
  })
  return paths
}

/** What is in a file, or why it could not be read. */
export async function readBytes(
  path: string,
  { readFile }: Pick<ConfigSurroundings, 'readFile'>,
): Promise<Result<Uint8Array, FileTrouble>> {
  try {
    return ok(await readFile(path))
  } catch (error) {
    return err(fileTrouble(error))
  }
}

async function readContent(path: string, surroundings: ConfigSurroundings): Promise<FileContent> {
  const bytes = await readBytes(path, surroundings)
  if (!bytes.ok) return { hash: '', problem: unreadable(path, bytes.error) }
  const hash = hashContent(bytes.value)
  const text = decodeText(bytes.value, MAX_VALUE_BYTES)
  if (!text.ok)
    return { hash, problem: { ...text.error, message: `${quoted(path)} is ${text.error.message}` } }
  // Editors and `echo` end files with a line feed that is no part of a secret.
  return { hash, text: text.value.replace(/\r?\n$/, '') }
}

/** What the system says about a file, in words. */
export type FileTrouble =
  | 'does not exist'
  | 'is a directory'
  | 'is a pipe or a socket'
  | 'is not readable by this user'
  | 'cannot be read'

/** @param error Of a function that reads. */
export function fileTrouble(error: unknown): FileTrouble {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  if (code === 'EISDIR') return 'is a directory'
  // ENXIO is the system's own answer for a socket, ENOTREG ours for a pipe.
  if (code === 'ENOTREG' || code === 'ENXIO') return 'is a pipe or a socket'
  return code === 'EACCES' || code === 'EPERM' ? 'is not readable by this user' : 'cannot be read'
}

function unreadable(path: string, trouble: FileTrouble): Problem {
  const hint = 'paths are relative to the configuration file'
  return mistake('ERR_CONFIG_VARIABLE_FILE', `the file ${quoted(path)} ${trouble}`, hint)
}

function unset(name: string, env: ConfigSurroundings['env'], isSecret: boolean): Problem {
  const message = `the environment variable ${name} is not set`
  const hint = isSecret
    ? `set ${name}, or read a file: \${file:/run/secrets/${name.toLowerCase()}}`
    : `set ${name}, or give a default: \${${name}:-…}`
  return {
    ...mistake('ERR_CONFIG_VARIABLE_UNSET', message, hint),
    ...suggestion(name, Object.keys(env)),
  }
}

function secretDefault(name: string): Problem {
  const hint = `write \${${name}} without a default: a secret written in the file is not secret`
  return mistake('ERR_CONFIG_SECRET_DEFAULT', `\${${name}:-…} sets a default for a secret`, hint)
}

/** Does not quote what is written: it may be a secret with a brace in it. */
const SYNTAX = mistake(
  'ERR_CONFIG_VARIABLE_SYNTAX',
  'the syntax of a ${…} is invalid',
  'write ${NAME}, ${NAME:-default} or ${file:PATH}; for a literal ${ write $${',
)
