/**
 * HAProxy's SPOE: a message with the request as arguments, and variables of the transaction as the answer. It is no
 * {@link Dialect}: questions and answers are frames, and have no endpoint of HTTP.
 */
import type { DenialFor } from '../../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../../request/authz-request.ts'
import { isMethod } from '../../request/method.ts'
import { splitTarget } from '../../request/split-target.ts'
import { err, ok, type Result } from '../../result.ts'
import { parseHost } from '../../syntax/parse-host.ts'
import type { JudgeArgument, JudgeMessage } from './judge-message.ts'
import { readSpopHeaders } from './spop-headers.ts'

type OriginFault = DenialFor<'origin_missing'>

/** What a message says about a request. */
export interface JudgedQuestion {
  readonly request: AuthzRequest
  /** The policy that the engine's text names; undefined: the routes choose. */
  readonly policy: string | undefined
}

// Origin form (RFC 9112 §3.2.1), visible ASCII only.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/

const LINES: Readonly<Record<JudgeArgument, readonly [expected: string, line: string]>> = {
  method: ['one method', 'method=method'],
  path: ['one path with its query', 'path=pathq'],
  host: ['one host', 'host=req.fhdr(host)'],
  scheme: ['http or https', 'scheme=ssl_fc,iif(https,http)'],
  src: ['one address', 'src=src'],
  headers: ['the fields of the request', 'headers=req.hdrs_bin'],
  policy: ['the name of a policy in the configuration of Warder', 'policy=str(NAME)'],
}
const ENGINE = 'print the engine again: warder snippet haproxy --ask spoe --print spoe'

const faultOf = (name: JudgeArgument, value: unknown): OriginFault => {
  const [expected, line] = LINES[name]
  const remedy = `in args of the message judge: ${line}`
  return {
    reason: 'origin_missing',
    field: name,
    fault: value === undefined ? 'missing' : 'invalid',
    expected,
    remedy,
  }
}
const fault = (name: JudgeArgument, value: unknown): Result<never, OriginFault> => err(faultOf(name, value))

/** The denial for a name of a policy that Warder does not have. */
export const UNKNOWN_POLICY: OriginFault = faultOf('policy', '')

/** Returns the request, or what is wrong with the message. */
export function parseJudge(message: JudgeMessage): Result<JudgedQuestion, OriginFault> {
  if ('mistake' in message) {
    const expected = 'one message `judge` with the arguments of the printed text'
    return err({
      reason: 'origin_missing',
      field: message.mistake,
      fault: 'invalid',
      expected,
      remedy: ENGINE,
    })
  }
  const text = (name: JudgeArgument): string | undefined => {
    const value = message.values.get(name)
    return value?.kind === 'text' ? value.value : undefined
  }
  const method = text('method')
  if (method === undefined || !isMethod(method)) return fault('method', method)
  const scheme = text('scheme')
  if (scheme !== 'http' && scheme !== 'https') return fault('scheme', scheme)
  const authority = text('host')
  const host = authority === undefined ? undefined : parseHost(authority)
  if (host === undefined) return fault('host', authority)
  const target = text('path')
  if (target === undefined || !TARGET.test(target)) return fault('path', target)
  const headers = headersOfJudge(message)
  if (headers === undefined) return fault('headers', message.values.get('headers'))
  // An argument that is there and has no value, such as a variable that is not set, is a mistake, and not a wish for routes.
  const policy = text('policy')
  if (policy === undefined && message.values.has('policy')) return err(UNKNOWN_POLICY)
  const { path, query } = splitTarget(target)
  return ok({ request: { method, scheme, host, path, query, headers }, policy })
}

/** The fields of the client; undefined if the message has none that can be read. */
export function headersOfJudge(message: JudgeMessage): HeaderReader | undefined {
  const value = 'values' in message ? message.values.get('headers') : undefined
  return value?.kind === 'bytes' ? readSpopHeaders(value.value) : undefined
}

/** The client's address as HAProxy knows it; undefined on a unix socket. */
export function clientAddressOf(message: JudgeMessage): string | undefined {
  const value = 'values' in message ? message.values.get('src') : undefined
  return value?.kind === 'address' ? value.value : undefined
}
