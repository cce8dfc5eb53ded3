/** The request that an explanation is about, as a caller would send it. */
import type { Question } from '../../decision/decide.ts'
import { findRoute } from '../../decision/find-route.ts'
import type { Guard } from '../../decision/guard.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import { isMethod } from '../../request/method.ts'
import { parseOriginalUrl, type OriginalUrl } from '../../request/parse-original-url.ts'
import { isPrefix } from '../../token/read-websocket-protocol.ts'
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import { err, ok, type Result } from '../../result.ts'

export interface RequestLine extends OriginalUrl {
  readonly method: string
}

/** What stands for the request when a token alone is judged, as on the token endpoint of the service. */
export const NO_REQUEST: RequestLine = { method: 'GET', scheme: 'https', host: '', path: '/', query: '' }

/** Takes `https://api.example.com/a%2Fb?x=1` apart; nothing is normalised. The error is what is wrong. */
export function readRequestLine(method: string, url: string): Result<RequestLine, 'method' | 'url'> {
  if (!isMethod(method)) return err('method')
  // A client that is given no path asks for `/`.
  const original = parseOriginalUrl(/^https?:\/\/[^/?#]+$/.test(url) ? `${url}/` : url)
  return original === undefined ? err('url') : ok({ method, ...original })
}

/** A header field, by its name in lower case. */
export type WrittenField = readonly [name: string, value: string]

// RFC 9110 §5.1 and §5.5. What a socket would refuse cannot be asked about.
const NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/
const VALUE = /^[^\r\n\0]*$/

/** Undefined if no request could have such a field. */
export const readField = (name: string, value: string): WrittenField | undefined =>
  NAME.test(name) && VALUE.test(value)
    ? [name.toLowerCase(), value.replaceAll(/^[ \t]+|[ \t]+$/g, '')]
    : undefined

export interface MadeQuestion extends Question {
  /** The header fields of the request, with the token if it is in one. */
  readonly fields: readonly WrittenField[]
}

/**
 * @param policy The policy that judges; undefined asks the routes.
 * @param token Undefined for none.
 * @param meantFor The policy that names the place of the token if neither `policy` nor a route of the core does.
 */
export function makeQuestion(
  guard: Guard,
  line: RequestLine,
  fields: readonly WrittenField[],
  policy: Policy | undefined,
  token: string | undefined,
  meantFor?: Policy,
): MadeQuestion {
  const placed =
    token === undefined ? {} : placeToken(sourceOf(policy ?? judgeOf(guard, line) ?? meantFor), token)
  const all = placed.field === undefined ? fields : [...fields, placed.field]
  const headers = readHeaders(all)
  const query = [line.query, placed.parameter ?? ''].filter((part) => part !== '').join('&')
  return { request: { ...line, query, headers }, policy, fields: all }
}

/** Name of the route that a request is judged by; undefined if there is none. */
export function routeOf({ routes }: Guard, line: RequestLine): string | undefined {
  const found = routes === undefined ? undefined : findRoute(routes, { ...line, headers: NO_HEADERS })
  return found?.ok === true ? found.value?.name : undefined
}

/** The policy that the routes will choose, if they choose one. */
function judgeOf({ routes, anyValidToken }: Guard, line: RequestLine): Policy | undefined {
  if (routes === undefined) return anyValidToken
  const found = findRoute(routes, { ...line, headers: NO_HEADERS })
  const access = found.ok ? found.value?.access : undefined
  return access?.kind === 'policy' ? access.policy : undefined
}

const NO_HEADERS: HeaderReader = { get: () => null }

const BEARER: TokenSourceSettings = { kind: 'header', name: 'authorization', scheme: 'Bearer' }

function sourceOf(policy: Policy | undefined): TokenSourceSettings {
  const sources = policy?.tokenSources ?? []
  return sources.find(({ kind }) => kind === 'header') ?? sources[0] ?? BEARER
}

function placeToken(
  source: TokenSourceSettings,
  token: string,
): { field?: WrittenField; parameter?: string } {
  switch (source.kind) {
    case 'header': {
      const { name, scheme, trimPrefix = '' } = source
      return { field: [name, scheme === undefined ? trimPrefix + token : `${scheme} ${token}`] }
    }
    case 'cookie':
      return { field: ['cookie', `${source.name}=${token}`] }
    case 'query':
      return { parameter: `${source.name}=${token}` }
    case 'websocket_protocol': {
      const text = source.encoding === undefined ? token : Buffer.from(token).toString('base64url')
      const value = isPrefix(source.name) ? source.name + text : `${source.name}, ${text}`
      return { field: ['sec-websocket-protocol', value] }
    }
  }
}

/** Not the Fetch API's `Headers`: that throws on a token that no header could hold, and the steps should report it. */
function readHeaders(fields: readonly WrittenField[]): HeaderReader {
  const values = new Map<string, string>()
  for (const [name, value] of fields) {
    const earlier = values.get(name)
    const separator = name === 'cookie' ? '; ' : ', '
    values.set(name, earlier === undefined ? value : `${earlier}${separator}${value}`)
  }
  return { get: (name) => values.get(name) ?? null }
}
