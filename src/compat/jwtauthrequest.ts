/** Configurations of jwtauthrequest, read as they are. */
import { checkEndpoints } from '../config/check-policy.ts'
import { toName, uniqueName } from '../config/default-names.ts'
import { locateIn } from '../config/locate-problem.ts'
import type { ForeignFormat } from '../config/foreign-format.ts'
import { isLoopback } from '../config/listen-address.ts'
import type { Located } from '../config/read-config.ts'
import type { EndpointConfig } from '../config/schema-policy.ts'
import { toLocatedProblems } from '../config/schema-problems.ts'
import type { LocatedProblem } from '../config/schema-problems.ts'
import {
  DEFAULT_CACHE,
  DEFAULT_DRAIN_MS,
  DEFAULT_MAX_TOKEN_BYTES,
  DEFAULT_REALM,
  DEFAULT_TOKEN_SOURCES,
} from '../config/setting-defaults.ts'
import type { Settings } from '../config/settings.ts'
import type { Algorithm } from '../keys/algorithms.ts'
import { err, ok } from '../result.ts'
import { JwtAuthRequestSchema } from './jwtauthrequest-schema.ts'
import type { JwtAuthRequestConfig } from './jwtauthrequest-schema.ts'
import { checkClient, translateClient } from './translate-client.ts'

/** Strict where the original is silent: an unknown key is an error, and every check left out is a warning. */
export const jwtauthrequestFormat: ForeignFormat = {
  format: 'jwtauthrequest',
  detects: (value) =>
    !Object.hasOwn(value, 'version') && ['listen-port', 'clients'].some((key) => Object.hasOwn(value, key)),
  translate(document, supportedAlgorithms) {
    const locate = locateIn(document)
    const read = JwtAuthRequestSchema.safeParse(document.value)
    if (!read.success) return err(toLocatedProblems(read.error.issues, document.value).map(locate))
    const endpoints = endpointsOf(read.data)
    const diagnostics = findProblems(read.data, endpoints, supportedAlgorithms).map(locate)
    if (diagnostics.some(({ severity }) => severity === 'error')) return err(diagnostics)
    return ok({
      settings: toSettings(read.data, endpoints, supportedAlgorithms),
      warnings: diagnostics,
      origins: originsOf(read.data, endpoints),
    })
  },
}

function findProblems(
  config: JwtAuthRequestConfig,
  endpoints: readonly Located<EndpointConfig>[],
  supported: ReadonlySet<Algorithm>,
): readonly LocatedProblem[] {
  const found: LocatedProblem[] = config.clients.flatMap((client, i) =>
    checkClient(client, supported).map(({ key, problem }) => ({ pointer: `/clients/${i}/${key}`, problem })),
  )
  // The schema checks paths; what is left concerns all clients together, and points at the list item.
  for (const { pointer, problem } of checkEndpoints(endpoints)) {
    found.push({ pointer: pointer.replace(/\/path$/, ''), problem })
  }
  if (!isLoopback(config['listen-port'])) {
    const message = 'every machine that reaches this port may ask for decisions'
    const hints = ['close it with `"listen-port": "127.0.0.1:…"` if the proxy runs on this machine']
    found.push({ pointer: '/listen-port', problem: { code: 'WARN_COMPAT_EXPOSED', message, hints } })
  }
  return found
}

const toSettings = (
  config: JwtAuthRequestConfig,
  endpoints: readonly Located<EndpointConfig>[],
  supported: ReadonlySet<Algorithm>,
): Settings => {
  const names = clientNames(config)
  const translated = config.clients.map((client, i) => translateClient(client, names[i] ?? '', supported))
  return {
    issuers: translated.map(({ issuer }) => issuer),
    tokenSources: DEFAULT_TOKEN_SOURCES,
    policies: translated.map(({ policy }) => policy),
    routes: [],
    endpoints: endpoints.map(({ value }) => value),
    upstreams: [],
    listen: { decisions: config['listen-port'], admin: null, gateway: [] },
    maxTokenBytes: DEFAULT_MAX_TOKEN_BYTES,
    cache: DEFAULT_CACHE,
    realm: DEFAULT_REALM,
    drainMs: DEFAULT_DRAIN_MS,
  }
}

function clientNames({ clients }: JwtAuthRequestConfig): readonly string[] {
  const taken = new Set<string>()
  return clients.map(({ name }, i) => uniqueName(toName(name ?? '', `client-${i + 1}`), taken))
}

function endpointsOf(config: JwtAuthRequestConfig): readonly Located<EndpointConfig>[] {
  const names = clientNames(config)
  return config.clients.flatMap(({ endpoints }, i) =>
    endpoints.map((path, j) => ({
      pointer: `/clients/${i}/endpoints/${j}`,
      value: { path, dialect: 'jwtauthrequest' as const, policy: names[i] ?? '' },
    })),
  )
}

/** Keys of an issuer that have another name here. */
const ISSUER_KEYS: Readonly<Record<string, string>> = {
  algorithms: 'allowed-algo',
  keys: 'HMAC',
  require: 'required-claims',
  allow_missing_exp: 'required-claims',
}

function originsOf(
  config: JwtAuthRequestConfig,
  endpoints: readonly Located<EndpointConfig>[],
): ReadonlyMap<string, string> {
  const origins = new Map([['listen/decisions', '/listen-port']])
  clientNames(config).forEach((name, i) => {
    origins.set(`issuers/${i}`, `/clients/${i}`).set(`policies/${name}`, `/clients/${i}`)
    for (const [key, origin] of Object.entries(ISSUER_KEYS))
      origins.set(`issuers/${i}/${key}`, `/clients/${i}/${origin}`)
  })
  endpoints.forEach(({ pointer }, i) => origins.set(`endpoints/${i}`, pointer))
  return origins
}
