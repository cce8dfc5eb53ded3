/** An external service that judges the requests of a route. */
import { z } from 'zod'
import { mapOf, texts } from '../kinds/collections.ts'
import { plain, refined, type Checked, type Kind, type Value, type WriteOptions } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { count, duration, parsed, size, text, url, watchedFile } from '../kinds/values.ts'
import { parseGrantedHeader } from '../values/header-names.ts'
import { parseCookiePattern, parseName, parseToken } from '../values/texts.ts'
import { parseAuthUrl, parseSignIn, type AuthAddress } from '../values/urls.ts'

/** One value that the service hands to the application. */
export interface MappedAnswerHeader {
  /** Header of the service's answer, lower case. */
  readonly from: string
  /** Header, or query parameter, of the request that is forwarded; as it is to be written. */
  readonly to: string
}

const HOUR_MS = 3_600_000

const lowerCase = refined(
  texts('list of header names', { parse: parseToken }),
  (names): readonly string[] => names.map((name) => name.toLowerCase()),
  (names) => names,
)

/** @param to What the names in the request are. */
const mapped = (
  to: Kind<string>,
): Kind<Readonly<Record<string, string>>, readonly MappedAnswerHeader[], ''> =>
  refined(
    mapOf(text('header name', parseToken), to),
    (map) => Object.entries(map).map(([from, name]) => ({ from: from.toLowerCase(), to: name })),
    (list) => Object.fromEntries(list.map(({ from, to: name }) => [from, name])),
  )

const AUTH_CACHE = section({
  ttl: required(
    duration(100, 3_600_000),
    'Longest time that an allow is remembered. `max-age` of the service shortens it; `no-store`, `no-cache` and `private` forbid it.',
  ),
  entries: withDefault(
    count(1, 10_000_000),
    10_000,
    'Most allows remembered; the least recently used one is dropped first.',
  ),
})

const WORDS = section(
  {
    url: required(
      {
        ...parsed<AuthAddress>('URL', parseAuthUrl, ({ url: written }) => written),
        write: (address: AuthAddress, options: WriteOptions) => url().write(address.url, options),
      },
      'URL that the gateway sends a GET to; its path and query are sent as written.',
    ),
    required_headers: withDefault(
      lowerCase,
      [],
      'Headers that a request must have; if one is missing or empty, the answer is 403 and the service is not asked.',
    ),
    headers: withDefault(
      mapped(text('header name', parseGrantedHeader)),
      {},
      "Headers for the application: name in the service's answer, name in the request.",
    ),
    params: withDefault(
      mapped(text('parameter name', parseName)),
      {},
      "Query parameters for the application, percent-encoded and appended: header of the service's answer, name in the query.",
    ),
    allow_status: withDefault(
      plain(z.union([z.literal(200).transform((): '200' => '200'), z.enum(['200', '2xx'])]), '`200`, `2xx`'),
      '200',
      'Statuses that allow; oauth2-proxy answers 202.',
    ),
    send_headers: optional(
      lowerCase,
      'Client headers that the service receives; the required ones are always sent.',
      { absent: 'all' },
    ),
    timeout: withDefault(duration(10, 60_000), '5s', 'Deadline for the whole answer, connecting included.'),
    max_answer: withDefault(
      size(0, 64 * 1024 ** 2),
      '1MiB',
      'Largest body of an answer. The body is discarded; a larger one is an error.',
    ),
    resolve: withDefault(
      duration(1_000, HOUR_MS),
      '10s',
      "Time after which the service's name is [looked up again](gateway.md#names-of-servers).",
    ),
    max_connection_age: withDefault(
      duration(1_000, 24 * HOUR_MS),
      '5m',
      'Age from which a connection to the service is closed after an answer.',
    ),
    ca_file: optional(
      watchedFile(),
      'PEM certificates of the authorities that an `https://` service must be signed by.',
      { absent: "the system's authorities" },
    ),
    sign_in: optional(
      text('URL, or a path', parseSignIn),
      'URL, or path on the same host, that a browser opening a page is redirected to after a 401 of the service. If it ends with `=`, the [way back](#forward_auth) is appended.',
    ),
    answer_cookies: withDefault(
      texts('list of cookie names', { parse: parseCookiePattern }),
      [],
      'Cookies that the service may set at the client, by name or as `NAME*`. An answer that sets one is not cached. The application does not receive them unless its upstream has `strip_token: false`.',
    ),
    cache: optional(AUTH_CACHE, 'Remember allows, keyed by everything that was sent to the service.', {
      absent: 'every request is asked about',
    }),
  },
  'External service that judges the requests of this route; only the gateway asks it.',
)

export type ForwardAuthConfig = Checked<typeof WORDS>

/** Routes with equal settings share the connections to the service, and the cache. */
export interface ForwardAuthSettings extends Omit<Value<typeof WORDS>, 'url' | 'sendHeaders'>, AuthAddress {
  /** Client headers that the service is sent, lower case; `all` is all but those of one connection. */
  readonly sendHeaders: 'all' | readonly string[]
}

export const FORWARD_AUTH = refined(
  WORDS,
  ({ url: address, sendHeaders, ...rest }): ForwardAuthSettings => ({
    ...rest,
    ...address,
    sendHeaders: sendHeaders ?? 'all',
  }),
  ({ url: written, server, target, sendHeaders, ...rest }) => ({
    ...rest,
    url: { url: written, server, target },
    ...(sendHeaders !== 'all' && { sendHeaders }),
  }),
)
