/** What a command reads: the token, from stdin, a file or, with a warning, an argument; and other files by a flag. */
import { readWaiting } from '../app/read-bounded.ts'
import { fileTrouble } from '../config/interpolate.ts'
import { quoted } from '../printable.ts'
import { WarderError } from '../errors.ts'
import type { Cli } from './cli.ts'
import { warn } from './report-fault.ts'
import { excludeEachOther, usageError } from './usage-error.ts'

/** The longest input of a command, in bytes; keys and tokens are a thousand times shorter. */
const MAX_INPUT_BYTES = 1024 * 1024

/**
 * Reads the token, less white space around it and `Bearer ` in front. The rest may still not be a token.
 *
 * @param token The argument: a token, or `-` for stdin; undefined is stdin too.
 * @throws WarderError ERR_CLI_TOKEN_ABSENT, ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function readToken(
  cli: Cli,
  token: string | undefined,
  tokenFile: string | undefined,
): Promise<string> {
  if (token !== undefined && tokenFile !== undefined) throw excludeEachOther('a token', '--token-file')
  if (tokenFile !== undefined)
    return trimToken(readInputFile('--token-file', tokenFile).toString('utf8'), 'the file is empty')
  if (token === undefined || token === '-') return readStdin(cli)
  warn(
    cli,
    'the token is in the shell history now, and other users could see it; pipe it in, or use --token-file',
  )
  return trimToken(token, 'the argument is empty')
}

async function readStdin(cli: Cli): Promise<string> {
  if (cli.stdin.isTerminal) throw absent('nothing is piped in')
  const text = await cli.stdin.read(MAX_INPUT_BYTES)
  if (text === undefined)
    throw usageError(
      'stdin holds more than 1 MiB, which cannot be a token',
      'pipe in the token alone: echo "$TOKEN" | warder …',
    )
  return trimToken(text, 'stdin is empty')
}

function trimToken(text: string, whenEmpty: string): string {
  const token = text.trim().replace(/^Bearer(?:\s+|$)/i, '')
  if (token === '') throw absent(whenEmpty)
  return token
}

const absent = (why: string): WarderError =>
  new WarderError('ERR_CLI_TOKEN_ABSENT', `there is no token: ${why}`, {
    hints: ['pipe it in: echo "$TOKEN" | warder …', 'or name a file: --token-file FILE'],
  })

/**
 * @param flag How the file was named, for the message: `--token-file`.
 * @throws WarderError ERR_CLI_FILE_UNREADABLE
 */
export function readInputFile(flag: string, file: string): Buffer {
  const content = read(flag, file)
  if (content.length <= MAX_INPUT_BYTES) return content
  throw new WarderError('ERR_CLI_FILE_UNREADABLE', `${flag}: ${quoted(file)} is larger than 1 MiB`, {
    hints: ['name the file that holds the token or the key, and nothing else'],
  })
}

/** Waits for the writer of a pipe, as any program does: `--token-file <(fetch-token)`. */
function read(flag: string, file: string): Buffer {
  try {
    return Buffer.from(readWaiting(file, MAX_INPUT_BYTES + 1))
  } catch (fault) {
    throw new WarderError('ERR_CLI_FILE_UNREADABLE', `${flag}: ${quoted(file)} ${fileTrouble(fault)}`, {
      hints: ['a path is relative to the directory in which the command runs'],
      cause: fault,
    })
  }
}
