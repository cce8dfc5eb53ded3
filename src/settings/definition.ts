/** Everything that an operator decides: the shape of `warder.yaml` and of the settings that are made of it. */
import { z } from 'zod'
import { ADMIN } from './admin/definition.ts'
import { ISSUER } from './issuer/definition.ts'
import { expandIssuers } from './issuer/tenants.ts'
import { listByName, listOf } from './kinds/collections.ts'
import {
  plain,
  type Checked,
  type FillContext,
  type Kind,
  type Value,
  type WriteOptions,
} from './kinds/kind.ts'
import { NO_CONTEXT, optional, required, section, withDefault } from './kinds/section.ts'
import { count, duration, literalText, size, text, word } from './kinds/values.ts'
import { CALLER_TLS, GATEWAY, LISTEN_ADDRESS } from './listener/definition.ts'
import { LOG } from './log/definition.ts'
import { routeNames } from './default-names.ts'
import { POLICY } from './policy/definition.ts'
import type { Located } from './problem.ts'
import { ROUTE } from './route/definition.ts'
import { TOKEN_SOURCE } from './token-source/definition.ts'
import { TRACING } from './tracing/definition.ts'
import { TRUSTED_CALLER } from './trusted-caller/definition.ts'
import { UPSTREAM } from './upstream/definition.ts'
import { fromPointer, toPointer } from '../json-pointer.ts'
import type { SocketAddress } from '../socket-address.ts'
import { checkHostPattern, parseName, parseRealm, parseToken } from './values/texts.ts'
import { parseExactPath } from './values/paths.ts'

export const ENDPOINT = section(
  {
    path: required(
      text('path', parseExactPath),
      'Exact path on the decisions listener; not below `/v1/auth`.',
    ),
    dialect: required(
      word('jwtauthrequest'),
      'Contract of the endpoint. `jwtauthrequest` answers 200 or 403 and nothing else; see [compat.md](compat.md).',
    ),
    policy: required(text('name'), 'Name of the policy that judges.'),
    client_header: optional(
      text('header name', parseToken),
      'Header with the address of the client, for the log; of several addresses, the last one. The proxy must overwrite it in every request.',
      { absent: 'none: lines have no `client`' },
    ),
  },
  'Decision endpoint that follows the contract of another system.',
)

/** `off` is null in the settings. */
const orOff: Kind<SocketAddress | null, SocketAddress | null, ''> = {
  ...LISTEN_ADDRESS,
  type: 'address, or `off`',
  schema: z.union([z.literal('off').transform(() => null), LISTEN_ADDRESS.schema]),
  write: (address, options) => (address === null ? 'off' : LISTEN_ADDRESS.write(address, options)),
}

export const LISTEN = section({
  decisions: withDefault(
    LISTEN_ADDRESS,
    '127.0.0.1:9180',
    'Address at which proxies ask for decisions; one that is not on this machine is a warning.',
  ),
  grpc: withDefault(
    orOff,
    'off',
    'Address at which Envoy and what works like it ask by gRPC (`envoy.service.auth.v3`), or `off`; see [envoy.md](envoy.md). One that is not on this machine is a warning.',
  ),
  spoe: withDefault(
    orOff,
    'off',
    'Address at which HAProxy asks by SPOE, without TLS, or `off`; see [haproxy.md](haproxy.md#by-spoe). One that is not on this machine is a warning.',
  ),
  tls: optional(
    CALLER_TLS,
    'TLS of `decisions` and `grpc`, for proxies on other machines; the files are read again when they change.',
    { absent: 'none: plain HTTP' },
  ),
  admin: withDefault(
    orOff,
    '127.0.0.1:9181',
    'Address of the [admin API](admin-api.md), or `off`. One that is not on this machine needs `tokens` or `client_certificates` in `admin`.',
  ),
  admin_hosts: optional(
    listOf(text('host', checkHostPattern), 'list of hosts'),
    'Additional host names of the admin listener, such as `warder.internal` or `*.internal`. It answers requests whose `Host` is an IP address, `localhost` or one of these names, and 421 to all others, because a web page could reach it under a name that resolves to it (DNS rebinding). Requests from pages of other origins get 403. A unix socket answers under any name.',
  ),
  gateway: withDefault(
    GATEWAY,
    [],
    'Address of the gateway, a map of its options, or a list of these for several listeners. The gateway judges the requests that it receives and forwards the allowed ones.',
    { absent: 'none: no gateway' },
  ),
})

const LIMITS = section({
  // What nginx accepts as one header line by default.
  max_token_bytes: withDefault(
    size(256, 65_536),
    '8KiB',
    'Longest token; a longer one is denied before it is decoded.',
  ),
})

const CACHE = section({
  tokens: withDefault(
    count(0, 10_000_000),
    100_000,
    'Most verified tokens remembered; `0` turns the cache off.',
  ),
  bytes: withDefault(
    size(0, 4 * 1024 ** 3),
    '64MiB',
    'Most memory for verified tokens; `0` turns the cache off.',
  ),
})

export const ROOT = section({
  $schema: optional(literalText(), 'Location of the JSON Schema, for editors; Warder does not read it.'),
  version: required(plain(z.literal(1), '`1`'), 'Version of this format.'),
  issuers: withDefault(listOf(ISSUER), [], 'Trusted token issuers.', {
    absent: 'required, unless there are routes and no policies',
  }),
  token_sources: withDefault(
    listOf(TOKEN_SOURCE),
    [{ header: 'Authorization', scheme: 'Bearer' }],
    'Where Warder looks for the token.',
  ),
  policies: withDefault(
    listByName('name', text('name', parseName), POLICY),
    {},
    'Policies by name: what each requires of a token.',
  ),
  routes: withDefault(
    listOf(ROUTE),
    [],
    'Which policy judges a request. The first match wins; a request that no route matches is denied.',
    { absent: 'none: any valid token is allowed' },
  ),
  endpoints: withDefault(
    listOf(ENDPOINT),
    [],
    'Decision endpoints that follow the contract of another system.',
  ),
  upstreams: withDefault(
    listByName('name', text('name', parseName), UPSTREAM),
    {},
    'Applications that the gateway forwards requests to, by name.',
  ),
  listen: withDefault(LISTEN, {}, 'Addresses that Warder listens on.'),
  admin: withDefault(ADMIN, {}, 'Who may use the admin listener; see [admin-api.md](admin-api.md).'),
  trusted_callers: withDefault(
    listOf(TRUSTED_CALLER),
    [],
    'Who may ask the decisions listener, and is believed about the address of the client; everybody else gets 403 with the reason `caller_untrusted`.',
    { absent: 'everybody who reaches it' },
  ),
  limits: withDefault(LIMITS, {}, 'Bounds on what Warder reads.'),
  cache: withDefault(CACHE, {}, 'Memory for verified tokens.'),
  log: withDefault(LOG, {}, 'Lines on standard output; see [log.md](log.md).'),
  tracing: optional(
    TRACING,
    'Spans of decisions and of exchanges of the gateway, for a collector; see [tracing.md](tracing.md).',
    { absent: 'none: `traceparent` and `tracestate` pass through untouched' },
  ),
  workers: withDefault(
    plain(
      z.union([z.literal('auto'), count(1, 256).schema], { error: 'expected `auto` or a number' }),
      '`auto`, or a number, 1 to 256',
    ),
    'auto',
    'Number of processes in which `warder serve` handles connections; `auto` is one for each core. Others than 1 need Linux; see [operations.md](operations.md#workers).',
  ),
  realm: withDefault(text('text, quotable ASCII', parseRealm), 'warder', '`realm` of the challenge.'),
  state_dir: optional(
    text('path'),
    'Directory for files that outlive a restart, relative to the configuration file; created if it does not exist.',
  ),
  drain: withDefault(
    duration(0, 300_000),
    '5s',
    'How long a stopping process keeps serving while it reports "not ready", so that its callers notice.',
  ),
})

/** A configuration as the schema yields it: the words of the file, nothing filled in. */
export type Config = Checked<typeof ROOT>

export type EndpointConfig = Checked<typeof ENDPOINT>
export type EndpointSettings = Value<typeof ENDPOINT>

/** Everything the operator decided, as plain data. Without routes, any valid token is allowed everywhere. */
export type Settings = Omit<Value<typeof ROOT>, '$schema' | 'version' | 'stateDir'>

/** @param config Read whole, and without errors in the cross-checks. */
export function fillSettings(config: Config, context: FillContext): Settings {
  const issuers = expandIssuers(located('issuers', config.issuers ?? []))
  const names = routeNames(located('routes', config.routes ?? []))
  const { state_dir: stateDir } = config
  const filled = ROOT.read(
    {
      ...config,
      issuers: issuers.map(({ issuer, name }) => ({ ...issuer, name })),
      routes: config.routes?.map((route, i) => ({ ...route, name: names[i] })),
    },
    { ...context, ...(stateDir !== undefined && { stateDir }) },
  )
  const { $schema: _schema, version: _version, stateDir: _stateDir, ...settings } = filled
  // The name of a template stands for all of its issuers.
  const namesOf = (wanted: string): readonly string[] =>
    issuers.flatMap(({ group, name }) => (group === wanted ? [name] : []))
  return {
    ...settings,
    policies: settings.policies.map((policy) =>
      policy.issuers === undefined ? policy : { ...policy, issuers: policy.issuers.flatMap(namesOf) },
    ),
  }
}

const located = <T>(key: string, items: readonly T[]): readonly Located<T>[] =>
  items.map((value, i) => ({ pointer: `/${key}/${i}`, value }))

/** Settings → the value of a `warder.yaml` that says the same. */
export const writeSettings = (settings: Settings, options: WriteOptions): Record<string, unknown> => ({
  ...(ROOT.write({ ...settings, version: 1 }, options) as Record<string, unknown>),
})

/** Absolute paths of the files whose change makes another configuration. */
export const settingFiles = (settings: Settings): readonly string[] =>
  ROOT.files?.({ ...settings, version: 1 }) ?? []

/** Whether what is written there is a secret, which nothing shows. */
export function isSecretAt(pointer: string): boolean {
  let kind: Kind | undefined = ROOT
  for (const word of fromPointer(pointer)) kind = kind?.member?.(word)
  return kind?.isSecret === true
}

/** Every text that is written where a secret belongs. */
export function secretsIn(root: unknown): readonly { readonly pointer: string; readonly text: string }[] {
  const found: { pointer: string; text: string }[] = []
  const path: string[] = []
  const visit = (value: unknown, kind: Kind | undefined): void => {
    if (kind === undefined) return
    if (typeof value === 'string' && kind.isSecret === true)
      found.push({ pointer: toPointer(path), text: value })
    if (typeof value !== 'object' || value === null) return
    for (const [word, member] of Object.entries(value)) {
      path.push(word)
      visit(member, kind.member?.(word))
      path.pop()
    }
  }
  visit(root, ROOT)
  return found
}

/** What holds if nothing is written. */
export const usualSettings = (): Settings => (usual ??= fillSettings({ version: 1 }, NO_CONTEXT))

let usual: Settings | undefined
