/** The token that a command judges: from stdin, from a file, or, with a warning, from the command line. */
import { WarderError } from '../errors.ts'
import type { Cli } from './cli.ts'
import { MAX_INPUT_BYTES, readInputFile } from './read-input-file.ts'
import { warn } from './report-fault.ts'
import { usageError } from './usage-error.ts'

/** Where the arguments say that the token is. */
export interface TokenPlace {
  /** The argument: a token, or `-` for stdin; undefined is stdin too. */
  readonly token: string | undefined
  readonly tokenFile: string | undefined
}

/**
 * Reads the token, less white space around it and `Bearer ` in front. What is left may still be no token.
 *
 * @throws WarderError ERR_CLI_TOKEN_ABSENT, ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function readToken(cli: Cli, { token, tokenFile }: TokenPlace): Promise<string> {
  if (token !== undefined && tokenFile !== undefined)
    throw usageError('a token and --token-file exclude each other', 'leave one of them out')
  if (tokenFile !== undefined) {
    return trimToken(readInputFile('--token-file', tokenFile).toString('utf8'), 'the file is empty')
  }
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
      'stdin holds more than 1 MiB; that is no token',
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
