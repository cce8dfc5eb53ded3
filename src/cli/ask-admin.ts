/** Asks the admin listener of a running Warder. */
import { WarderError } from '../errors.ts'
import { usageError } from './usage-error.ts'
import { parseUrl } from '../syntax/parse-url.ts'

/** The longest answer that is read, in bytes: a few lines for each of a thousand issuers. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** Where an admin listener is. */
interface AdminTarget {
  readonly url: URL
  /** Path of the socket, for a unix socket. */
  readonly unix?: string
}

export interface AdminAnswer {
  readonly status: number
  readonly text: string
}

function parseAdminTarget(flag: string, text: string): AdminTarget {
  if (text.startsWith('unix:') && text.length > 'unix:'.length)
    return { url: new URL('http://localhost'), unix: text.slice('unix:'.length) }
  const url = parseUrl(text)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return { url }
  throw usageError(
    `${flag}: not an http:// URL`,
    `write ${flag} http://127.0.0.1:9181, or ${flag} unix:/path/to/socket`,
  )
}

/**
 * @param flag How the target is named, for errors.
 * @param target `http://HOST:PORT` or `unix:PATH`.
 * @throws WarderError ERR_CLI_USAGE, ERR_CLI_UNREACHABLE
 */
export async function askAdmin(
  flag: string,
  target: string,
  path: string,
  timeoutMs: number,
  hints: readonly string[] = [],
): Promise<AdminAnswer> {
  const { url, unix } = parseAdminTarget(flag, target)
  try {
    const response = await fetch(new URL(path, url), {
      // Otherwise another server could be asked.
      redirect: 'manual',
      // Otherwise a bomb would be inflated before the bound is reached.
      decompress: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(unix === undefined ? {} : { unix }),
    })
    return { status: response.status, text: await readBounded(response) }
  } catch (fault) {
    const isLate = fault instanceof Error && fault.name === 'TimeoutError'
    const why = isLate ? `no answer in ${timeoutMs} ms` : 'no connection'
    const where = unix === undefined ? url.origin : `unix:${unix}`
    const hint = `is \`warder serve\` running, and is this its admin listener? Another one: ${flag} URL`
    throw new WarderError('ERR_CLI_UNREACHABLE', `${where}: ${why}`, {
      hints: [hint, ...hints],
      cause: fault,
    })
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
