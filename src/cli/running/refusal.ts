/** What it means that a listener answers something else than what was asked for, and what to do about it. */
import { WarderError, type ErrorCode } from '../../errors.ts'
import { quoted } from '../../printable.ts'
import type { JsonObject } from '../../strict-json.ts'
import { NO_ENDPOINT } from '../../server/endpoint-handler.ts'
import { readVersion } from '../version.ts'
import type { AdminTarget } from './admin-target.ts'
import { textsIn, textOr } from './members.ts'
import type { AdminQuestion, ServiceAnswer } from './send.ts'

/** A JSON object of another process. */
export interface AnyDocument {
  readonly schema: unknown
  readonly members: JsonObject
}

interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly hints: readonly string[]
}

/** The longest text of another program that is repeated, in characters. */
const MAX_REPEATED = 300

/**
 * The error for an answer that is not the one asked for. What the service says about it is repeated.
 *
 * @param document The answer, if it is a JSON object.
 */
export function refusalOf(
  target: AdminTarget,
  question: AdminQuestion,
  answer: ServiceAnswer,
  document: AnyDocument | undefined,
): WarderError {
  const said = document?.schema === 'warder.error/v1' ? document.members : undefined
  const { code, message, hints } = explain(target, question, answer, said)
  return new WarderError(code, `${target.where}: ${message}`, { hints })
}

function explain(
  target: AdminTarget,
  { method, path }: AdminQuestion,
  { status, text }: ServiceAnswer,
  said: AnyDocument['members'] | undefined,
): Refusal {
  const message = textOr(said?.['message'], undefined)
  const hints = textsIn(said?.['hints'])
  const words = message ?? firstLine(text)
  if (status === 401) return unauthorised(target)
  if (status === 403) return { code: 'ERR_CLI_ADMIN_REFUSED', message: words, hints: orRight(target, hints) }
  if (status === 421) return { code: 'ERR_CLI_ADMIN_REFUSED', message: words, hints: HOST_HINTS }
  if (text === NO_ENDPOINT) return wrongListener(target)
  const asked = `${method} ${path.split('?')[0]}`
  if (said?.['code'] === 'ERR_ADMIN_PATH' || said?.['code'] === 'ERR_ADMIN_METHOD' || text === NO_PATH)
    return withoutPath(asked)
  if (message === undefined) return anotherProgram(target, status, asked)
  return status >= 400 && status < 500 && !STATE_STATUSES.includes(status)
    ? { code: 'ERR_CLI_USAGE', message, hints: hints.length > 0 ? hints : ['see the --help of the command'] }
    : { code: 'ERR_CLI_UNREACHABLE', message, hints: hints.length > 0 ? hints : ['its log may have more'] }
}

/** Of an answer that depends on the state of the service, not on the request. */
const STATE_STATUSES: readonly number[] = [409, 429]

/** What services without this API answer. */
const NO_PATH = 'no such path\n'

function unauthorised({ access }: AdminTarget): Refusal {
  const code = 'ERR_CLI_ADMIN_REFUSED'
  return access.token === undefined
    ? {
        code,
        message: 'it needs a token',
        hints: [
          'write one of the tokens of `admin.tokens` into a file, and name it: --admin-token-file FILE',
          'or set WARDER_ADMIN_TOKEN_FILE=FILE',
        ],
      }
    : {
        code,
        message: `it does not know the token in ${quoted(access.tokenFile ?? '')}`,
        hints: ['write one of the tokens of `admin.tokens` of this service into the file'],
      }
}

const orRight = ({ access }: AdminTarget, hints: readonly string[]): readonly string[] => {
  if (hints.length > 0) return hints
  const what =
    access.token === undefined && access.certificate !== undefined
      ? 'set `admin.client_certificates: change`'
      : 'use a token with `rights: change` in `admin.tokens`'
  return [`if a right is missing, ${what}`]
}

const HOST_HINTS = [
  'name the listener by an IP address or localhost, or add the host to `listen.admin_hosts` of its configuration',
]

const wrongListener = ({ flag }: AdminTarget): Refusal => ({
  code: 'ERR_CLI_UNREACHABLE',
  message: 'this is the listener for decisions, not the admin listener',
  hints: [`name the admin listener, \`listen.admin\` of its configuration: ${flag} http://127.0.0.1:9181`],
})

const withoutPath = (asked: string): Refusal => ({
  code: 'ERR_CLI_UNREACHABLE',
  message: `this service has no ${asked}`,
  hints: [
    `it is another version of Warder than this command (${readVersion().version}): update it, or use the command that came with it`,
  ],
})

const anotherProgram = ({ flag }: AdminTarget, status: number, asked: string): Refusal => ({
  code: 'ERR_CLI_UNREACHABLE',
  message: `status ${status}, and the answer to ${asked} is not that of a Warder`,
  hints: [`name the admin listener, by default http://127.0.0.1:9181: ${flag} URL`],
})

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').slice(0, MAX_REPEATED)
