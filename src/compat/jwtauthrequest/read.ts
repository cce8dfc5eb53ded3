/** The clients of a jwtauthrequest configuration → settings, and where each part of these comes from. */
import { checkEndpoints } from '../../config/check-policy.ts'
import { toName, uniqueName } from '../../config/default-names.ts'
import { isLoopback } from '../../settings/values/listen-address.ts'
import type { Located } from '../../settings/problem.ts'
import type { EndpointConfig } from '../../config/schema-policy.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import {
  DEFAULT_CACHE,
  DEFAULT_DRAIN_MS,
  DEFAULT_MAX_TOKEN_BYTES,
  DEFAULT_REALM,
  DEFAULT_TOKEN_SOURCES,
} from '../../config/setting-defaults.ts'
import type { Settings } from '../../settings/definition.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { ClientConfig, JwtAuthRequestConfig } from './schema.ts'
import { checkClient, translateClient } from './client.ts'

/** A client, and its place in the list that is written. */
export interface WrittenClient {
  readonly client: ClientConfig
  readonly index: number
}

/** Its problems by their pointers in the document: errors, and what it leaves unchecked. */
export const findClientProblems = (
  { client, index }: WrittenClient,
  supported: ReadonlySet<Algorithm>,
): readonly LocatedProblem[] =>
  checkClient(client, supported).map(({ key, problem }) => ({ pointer: `/clients/${index}/${key}`, problem }))

/** The schema checks paths; this concerns all clients together, and points at the list item. */
export const findEndpointProblems = (clients: readonly WrittenClient[]): readonly LocatedProblem[] =>
  checkEndpoints(endpointsOf(clients)).map(({ pointer, problem }) => ({
    pointer: pointer.replace(/\/path$/, ''),
    problem,
  }))

/** One for an address that other machines reach. */
export function warnOfExposure(address: JwtAuthRequestConfig['listen-port']): readonly LocatedProblem[] {
  if (isLoopback(address)) return []
  const message = 'every machine that reaches this port may ask for decisions'
  const hints = ['close it with `"listen-port": "127.0.0.1:…"` if the proxy runs on this machine']
  return [{ pointer: '/listen-port', problem: { code: 'WARN_COMPAT_EXPOSED', message, hints } }]
}

/** @param clients Without errors. */
export function toClientSettings(
  address: JwtAuthRequestConfig['listen-port'],
  clients: readonly WrittenClient[],
  supported: ReadonlySet<Algorithm>,
): Settings {
  const names = clientNames(clients)
  const translated = clients.map(({ client }, i) => translateClient(client, names[i] ?? '', supported))
  return {
    issuers: translated.map(({ issuer }) => issuer),
    tokenSources: DEFAULT_TOKEN_SOURCES,
    policies: translated.map(({ policy }) => policy),
    routes: [],
    endpoints: endpointsOf(clients).map(({ value }) => value),
    upstreams: [],
    listen: { decisions: address, admin: null, gateway: [] },
    maxTokenBytes: DEFAULT_MAX_TOKEN_BYTES,
    cache: DEFAULT_CACHE,
    realm: DEFAULT_REALM,
    drainMs: DEFAULT_DRAIN_MS,
  }
}

function clientNames(clients: readonly WrittenClient[]): readonly string[] {
  const taken = new Set<string>()
  return clients.map(({ client, index }) =>
    uniqueName(toName(client.name ?? '', `client-${index + 1}`), taken),
  )
}

function endpointsOf(clients: readonly WrittenClient[]): readonly Located<EndpointConfig>[] {
  const names = clientNames(clients)
  return clients.flatMap(({ client, index }, i) =>
    client.endpoints.map((path, j) => ({
      pointer: `/clients/${index}/endpoints/${j}`,
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

/** Parts of {@link toClientSettings} → pointers in the document. */
export function clientOrigins(clients: readonly WrittenClient[]): ReadonlyMap<string, string> {
  const origins = new Map([['listen/decisions', '/listen-port']])
  const names = clientNames(clients)
  clients.forEach(({ index }, i) => {
    origins.set(`issuers/${i}`, `/clients/${index}`).set(`policies/${names[i] ?? ''}`, `/clients/${index}`)
    for (const [key, origin] of Object.entries(ISSUER_KEYS))
      origins.set(`issuers/${i}/${key}`, `/clients/${index}/${origin}`)
  })
  endpointsOf(clients).forEach(({ pointer }, i) => origins.set(`endpoints/${i}`, pointer))
  return origins
}
