/** What the schema cannot check about a token source. */
import { notOne, problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import { uselessWords } from '../useless-words.ts'
import { TOKEN_SOURCE, type TokenSourceConfig } from './definition.ts'

const PLACES = ['header', 'cookie', 'query', 'websocket_protocol'] as const

export function checkTokenSource(located: Located<TokenSourceConfig>): readonly LocatedProblem[] {
  const { pointer, value: source } = located
  const places = PLACES.filter((place) => source[place] !== undefined)
  if (places.length !== 1) {
    const hint = 'write one of header, cookie, query or websocket_protocol'
    return [notOne(pointer, places, 'the token source names no place', hint)]
  }
  const useless = uselessWords(TOKEN_SOURCE, pointer, source)
  if (useless.length > 0) return useless
  if (source.scheme !== undefined && source.trim_prefix !== undefined) {
    const message = '`scheme` and `trim_prefix` exclude each other'
    return [problemAtKey(`${pointer}/trim_prefix`, 'ERR_CONFIG_EXACTLY_ONE', message)]
  }
  // A header is taken whole, and browsers send a list there, with the token as one entry.
  if (source.header?.toLowerCase() === 'sec-websocket-protocol') {
    const message = 'a browser sends a list of subprotocols, in which this source finds no token'
    return [problemAt(`${pointer}/header`, 'WARN_CONFIG_WEBSOCKET_HEADER', message)]
  }
  if (source.query === undefined) return []
  const message = 'tokens in URLs end up in logs, histories and Referer headers (RFC 6750 §2.3)'
  return [problemAt(`${pointer}/query`, 'WARN_CONFIG_QUERY_TOKEN', message)]
}
