/** One place where a token may be. */
import { fromWord } from '../../syntax/word.ts'
import { literalText, text, word } from '../kinds/values.ts'
import { refined, type Checked, type Value } from '../kinds/kind.ts'
import { optional, section } from '../kinds/section.ts'
import { parseToken } from '../values/texts.ts'

export type TokenSourceSettings =
  | {
      readonly kind: 'header'
      /** Lower case. */
      readonly name: string
      /** Authentication scheme in front of the token, compared in any letter case. Absent: the value is the token. */
      readonly scheme?: string
      /** Literal text removed from the front if it is there; not together with `scheme`. For jwtauthrequest. */
      readonly trimPrefix?: string
    }
  | { readonly kind: 'cookie'; readonly name: string }
  /** A parameter of the original request's query. RFC 6750 §2.3 advises against it: it ends up in logs. */
  | { readonly kind: 'query'; readonly name: string }
  | WebSocketProtocolSource

/** An entry of `Sec-WebSocket-Protocol`. */
export interface WebSocketProtocolSource {
  readonly kind: 'websocket_protocol'
  /** Ends with a dot: what stands before the token in its entry. Else the entry before the token's. */
  readonly name: string
  /** How the token is written; absent: as it is. Kubernetes writes it in base64url. */
  readonly encoding?: 'base64url'
}

const WORDS = section(
  {
    header: optional(text('header name', parseToken), 'Header that holds the token.'),
    scheme: optional(
      text('text', parseToken),
      'Authentication scheme before the token, in any letter case.',
      { absent: '`Bearer` for `Authorization`, else none', beside: ['header'] },
    ),
    trim_prefix: optional(
      literalText(),
      'Text that is removed from the front of the header if present. Empty: the whole value is the token.',
      { beside: ['header'] },
    ),
    cookie: optional(
      text('cookie name', parseToken),
      'Cookie that holds the token. The value may be quoted, and the token may follow `Bearer ` or `Bearer%20`.',
    ),
    query: optional(
      text('parameter name'),
      "Parameter of the original request's query that holds the token. URLs end up in logs, hence a warning.",
    ),
    websocket_protocol: optional(
      text('text', parseToken),
      'Entry of `Sec-WebSocket-Protocol`, the one header that a page can set when it opens a WebSocket. If it ends with a dot (`bearer.`), the token follows it in the same entry; otherwise (`access_token`) the next entry is the token.',
    ),
    encoding: optional(
      word('base64url'),
      'With `websocket_protocol`: encoding of the token. Kubernetes uses `base64url.bearer.authorization.k8s.io.` with `base64url`.',
      { absent: 'none', beside: ['websocket_protocol'] },
    ),
  },
  'One place for the token: a header, a cookie, a query parameter or a WebSocket subprotocol.',
)

export type TokenSourceConfig = Checked<typeof WORDS>

type Words = Value<typeof WORDS>

export const TOKEN_SOURCE = refined(WORDS, toSource, fromSource)

/** The cross-checks saw that exactly one place is named. */
function toSource({ cookie, query, websocketProtocol, ...rest }: Words): TokenSourceSettings {
  if (cookie !== undefined) return { kind: 'cookie', name: cookie }
  if (query !== undefined) return { kind: 'query', name: query }
  const { header = '', trimPrefix, encoding } = rest
  if (websocketProtocol !== undefined)
    return { kind: 'websocket_protocol', name: websocketProtocol, ...(encoding && { encoding }) }
  const name = header.toLowerCase()
  // An empty prefix is how one says that the bare value of Authorization is the token.
  if (trimPrefix === '') return { kind: 'header', name }
  if (trimPrefix !== undefined) return { kind: 'header', name, trimPrefix }
  const scheme = rest.scheme ?? (name === 'authorization' ? 'Bearer' : undefined)
  return { kind: 'header', name, ...(scheme !== undefined && { scheme }) }
}

function fromSource({ kind, name, ...rest }: TokenSourceSettings): Words {
  const isBare = kind === 'header' && name === 'authorization' && Object.keys(rest).length === 0
  return { [fromWord(kind)]: name, ...rest, ...(isBare && { trimPrefix: '' }) }
}
