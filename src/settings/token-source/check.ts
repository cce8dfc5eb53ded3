/** What the schema cannot check about a token source. */
import type { Located, LocatedProblem, Problem } from '../problem.ts'
import type { TokenSourceConfig } from './definition.ts'

export function checkTokenSource({
  pointer,
  value: source,
}: Located<TokenSourceConfig>): readonly LocatedProblem[] {
  const all = ['header', 'cookie', 'query', 'websocket_protocol'] as const
  const places = all.filter((place) => source[place] !== undefined)
  if (places.length !== 1) {
    const message =
      places.length === 0
        ? 'the token source names no place'
        : `\`${places.join('` and `')}\` exclude each other`
    return [
      {
        pointer,
        problem: {
          code: 'ERR_CONFIG_EXACTLY_ONE',
          message,
          hints: ['write one of header, cookie, query or websocket_protocol'],
        },
      },
    ]
  }
  if (source.encoding !== undefined && source.websocket_protocol === undefined) {
    const message = '`encoding` has no effect without `websocket_protocol`'
    const problem: Problem = { code: 'ERR_CONFIG_USELESS_KEY', message }
    return [{ pointer: `${pointer}/encoding`, problem, atKey: true }]
  }
  const options = (['scheme', 'trim_prefix'] as const).filter((option) => source[option] !== undefined)
  if (options.length > 0 && source.header === undefined) {
    const problem: Problem = {
      code: 'ERR_CONFIG_USELESS_KEY',
      message: `\`${options[0]}\` has no effect without \`header\``,
    }
    return [{ pointer: `${pointer}/${options[0]}`, problem, atKey: true }]
  }
  if (options.length === 2) {
    const problem: Problem = {
      code: 'ERR_CONFIG_EXACTLY_ONE',
      message: '`scheme` and `trim_prefix` exclude each other',
    }
    return [{ pointer: `${pointer}/trim_prefix`, problem, atKey: true }]
  }
  // A header is taken whole, and browsers send a list there, with the token as one entry.
  if (source.header?.toLowerCase() === 'sec-websocket-protocol') {
    const problem: Problem = {
      code: 'WARN_CONFIG_WEBSOCKET_HEADER',
      message: 'a browser sends a list of subprotocols, in which this source finds no token',
    }
    return [{ pointer: `${pointer}/header`, problem }]
  }
  if (source.query === undefined) return []
  const message = 'tokens in URLs end up in logs, histories and Referer headers (RFC 6750 §2.3)'
  return [{ pointer: `${pointer}/query`, problem: { code: 'WARN_CONFIG_QUERY_TOKEN', message } }]
}
