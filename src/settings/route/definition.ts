/** Requests, and what is asked of them. */
import { BASIC_AUTH, type BasicAuthSettings } from '../basic-auth/definition.ts'
import { CORS, corsMethods, type CorsSettings } from '../cors/definition.ts'
import { FORWARD_AUTH, type ForwardAuthSettings } from '../forward-auth/definition.ts'
import { listOf, texts } from '../kinds/collections.ts'
import { refined, type Checked, type Value, type WriteOptions } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { relaxation, text, word } from '../kinds/values.ts'
import { rateLimits } from '../rate-limit/definition.ts'
import { parseExactPath, checkPathPattern } from '../values/paths.ts'
import { checkHostPattern, parseMethod, parseName } from '../values/texts.ts'

/** How the gateway changes a path before it sends it on. */
export interface RewriteSettings {
  /** Taken away from the front, by whole segments; `/` takes nothing away. */
  readonly stripPrefix: string
  /** Put in front; `/` puts nothing there. Decoded. */
  readonly addPrefix: string
}

/** Who judges the requests of a route. */
export type JudgeSettings =
  | { readonly kind: 'policy'; readonly policy: string }
  /** An external service; only the gateway can ask it. */
  | { readonly kind: 'forward_auth'; readonly forwardAuth: ForwardAuthSettings }
  /** User name and password; only the gateway can ask for them. */
  | { readonly kind: 'basic_auth'; readonly basicAuth: BasicAuthSettings }

export type AccessSettings =
  | { readonly kind: 'public' }
  | { readonly kind: 'deny' }
  | JudgeSettings
  /** In the order in which they are asked; all must allow. Never empty; only the gateway can ask them. */
  | { readonly kind: 'all_of'; readonly judges: readonly JudgeSettings[] }

const MATCH = section({
  host: withDefault(
    texts('list of hosts', { parse: checkHostPattern }),
    [],
    '`api.example.com` or `*.example.com`, without a port.',
    { absent: 'any' },
  ),
  path: withDefault(
    texts('list of paths', { parse: checkPathPattern }),
    [],
    '`/exact`, `/tree/**` for a path and everything below it, or `*` for one whole segment; in decoded form.',
    { absent: 'any' },
  ),
  method: withDefault(
    texts('list of methods', { parse: parseMethod }),
    [],
    'HTTP methods, compared exactly: `GET` does not match `HEAD`, so list both. A known method in another letter case (`delete`) is always denied, as are `TRACE` and `CONNECT` ([`method_refused`](reasons.md#method_refused)).',
    { absent: 'any' },
  ),
})

const JUDGE_WORDS = section({
  policy: optional(text('name'), 'Name of the policy that judges.'),
  forward_auth: optional(FORWARD_AUTH, 'External auth service that judges; in the gateway only.'),
  basic_auth: optional(BASIC_AUTH, 'Users who may pass with their password; in the gateway only.'),
})

export type JudgeConfig = Checked<typeof JUDGE_WORDS>

type JudgeWords = Value<typeof JUDGE_WORDS>
type Written<Words> = { readonly [W in keyof Words]: Words[W] | undefined }

/** The cross-checks saw that exactly one is named. */
const toJudge = ({ policy, forwardAuth, basicAuth }: Written<JudgeWords>): JudgeSettings | undefined =>
  policy !== undefined
    ? { kind: 'policy', policy }
    : forwardAuth !== undefined
      ? { kind: 'forward_auth', forwardAuth }
      : basicAuth && { kind: 'basic_auth', basicAuth }

const JUDGE = refined(JUDGE_WORDS, toJudge, (judge) => wordsOf(judge))

const wordsOf = (
  { kind: _kind, ...words }: JudgeSettings | { readonly kind: 'none' } = { kind: 'none' },
): JudgeWords => words

const WORDS = section(
  {
    name: optional(text('name', parseName), 'Name in logs and metrics.', {
      absent: '`route-N`, by position',
    }),
    match: required(MATCH, 'Which requests the route matches; `{}` matches every request.'),
    access: optional(word('public', 'deny'), 'Let everyone in (`public`) or nobody (`deny`).'),
    ...JUDGE_WORDS.shape,
    all_of: optional(
      listOf(JUDGE, 'list of maps'),
      'Several judges, each `policy`, `forward_auth` or `basic_auth`, asked in this order; all must allow. In the gateway only.',
    ),
    cors: optional(CORS, 'What browsers may do from pages of other [origins](#cors).', {
      beside: ['upstream'],
    }),
    upstream: optional(
      text('name'),
      'Name of the upstream that the gateway forwards the request to. With `listen.gateway`, every route needs one unless it has `access: deny`.',
    ),
    strip_prefix: optional(
      text('path', parseExactPath),
      'Path prefix, in whole segments, that is removed before the request is forwarded. Every path of the route must begin with it.',
      { beside: ['upstream'] },
    ),
    add_prefix: optional(
      text('path', parseExactPath),
      'Path prefix that is added before the request is forwarded.',
      { beside: ['upstream'] },
    ),
    allow_method_parameter: relaxation('Let `_method` in the query name a method of another route.'),
    allow_anonymous: relaxation(
      'Allow a request without a token, with blank identity headers. With `policy` only.',
    ),
    case_sensitive: relaxation(
      'Declare that the application treats this path in another letter case as another path.',
    ),
    encoded: optional(
      refined(
        word('deny', 'keep'),
        (value): 'keep' | undefined => (value === 'keep' ? value : undefined),
        (value) => value ?? 'deny',
      ),
      '`keep` lets this route match paths with `%2F`, `;`, `//` and bytes outside UTF-8 by their raw segments; `deny` denies them.',
      { absent: '`deny`' },
    ),
    preflight: optional(
      refined(
        word('judge', 'allow'),
        (value): 'allow' | undefined => (value === 'allow' ? value : undefined),
        (value) => value ?? 'judge',
      ),
      '`allow` lets real CORS preflights for requests of this route pass to the application, with blank identity headers: `OPTIONS` with one `Origin` and one `Access-Control-Request-Method`, without `Authorization` and `Cookie`. `judge` treats them like any other request.',
      { absent: '`judge`' },
    ),
    close_expired: relaxation(
      'Close a WebSocket with code 4401 (`token expired`) when its token is no longer accepted; otherwise it stays open. Only on routes that policies alone judge.',
    ),
    rate_limit: rateLimits('How many requests one client may send through this route of the gateway.'),
  },
  'A set of requests and what judges them; the first match wins.',
)

export type RouteConfig = Checked<typeof WORDS>
type RouteWords = Value<typeof WORDS>
type Judging = 'access' | 'policy' | 'forwardAuth' | 'basicAuth' | 'allOf'

/** What `match` names is empty if it matches everything. */
export interface RouteSettings
  extends
    Omit<RouteWords, Judging | 'name' | 'match' | 'cors' | 'stripPrefix' | 'addPrefix'>,
    Value<typeof MATCH> {
  readonly name: string
  readonly access: AccessSettings
  readonly cors?: CorsSettings
  /** Absent: the path is sent on as it was matched. */
  readonly rewrite?: RewriteSettings
}

export const ROUTE = refined(WORDS, toRoute, fromRoute)

function toRoute(filled: RouteWords): RouteSettings {
  const { access, policy, forwardAuth, basicAuth, allOf, ...others } = filled
  const { name = '', match, cors, stripPrefix, addPrefix, ...rest } = others
  const isRewritten = stripPrefix !== undefined || addPrefix !== undefined
  return {
    name,
    ...match,
    access: toAccess({ access, policy, forwardAuth, basicAuth, allOf }),
    ...rest,
    ...(cors && { cors: { ...cors, methods: cors.methods ?? corsMethods(match.method) } }),
    ...(isRewritten && { rewrite: { stripPrefix: stripPrefix ?? '/', addPrefix: addPrefix ?? '/' } }),
  }
}

function fromRoute(route: RouteSettings, options: WriteOptions): RouteWords {
  const { host, path, method, access, rewrite, cors, ...rest } = route
  const { stripPrefix = '/', addPrefix = '/' } = rewrite ?? {}
  return {
    ...rest,
    match: { host, path, method },
    ...fromAccess(access),
    ...(cors && { cors: withoutUsualMethods(cors, method, options) }),
    ...(stripPrefix !== '/' && { stripPrefix }),
    ...(addPrefix !== '/' && { addPrefix }),
  }
}

/** The cross-checks saw that exactly one is named; were it otherwise, nobody would pass. */
function toAccess({ access, allOf, ...judge }: Written<Pick<RouteWords, Judging>>): AccessSettings {
  if (allOf === undefined) return toJudge(judge) ?? { kind: access ?? 'deny' }
  const judges = allOf.filter((one) => one !== undefined)
  return judges.length === allOf.length ? { kind: 'all_of', judges } : { kind: 'deny' }
}

function fromAccess(access: AccessSettings): Pick<RouteWords, Judging> {
  if (access.kind === 'public' || access.kind === 'deny') return { access: access.kind }
  if (access.kind === 'all_of') return { allOf: access.judges }
  return wordsOf(access)
}

function withoutUsualMethods(
  cors: CorsSettings,
  routeMethods: readonly string[],
  { defaults }: WriteOptions,
): Value<typeof CORS> {
  const isUsual = JSON.stringify(cors.methods) === JSON.stringify(corsMethods(routeMethods))
  const { methods: _methods, ...rest } = cors
  return defaults === 'omitted' && isUsual ? rest : cors
}
