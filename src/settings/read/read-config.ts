/** Plain data → typed configuration, by the schema. Parts that are sound are read even when others are not. */
import type { Located, Named, LocatedProblem } from '../problem.ts'
import type { z } from 'zod'
import { ENDPOINT, LISTEN, ROOT, type Config, type EndpointConfig } from '../definition.ts'
import { ADMIN, type AdminConfig } from '../admin/definition.ts'
import { ISSUER, type IssuerConfig } from '../issuer/definition.ts'
import { listOf } from '../kinds/collections.ts'
import { POLICY, type PolicyConfig } from '../policy/definition.ts'
import { ROUTE, type RouteConfig } from '../route/definition.ts'
import { TOKEN_SOURCE, type TokenSourceConfig } from '../token-source/definition.ts'
import { UPSTREAM, type UpstreamConfig } from '../upstream/definition.ts'
import { TRUSTED_CALLER, type TrustedCallerConfig } from '../trusted-caller/definition.ts'
import { toLocatedProblems } from './schema-problems.ts'
import { toPointer } from '../../json-pointer.ts'
import { isJsonObject } from '../../strict-json.ts'

/** Everything that could be read. With `whole` set, that is everything. */
export interface ConfigParts {
  readonly whole: Config | undefined
  /** As written, to tell one value from a list of one. */
  readonly root: Readonly<Record<string, unknown>>
  readonly issuers: readonly Located<IssuerConfig>[]
  /** False when an issuer could not be read: its name is then unknown. */
  readonly issuersSound: boolean
  readonly tokenSources: readonly Located<TokenSourceConfig>[]
  readonly policies: readonly Named<PolicyConfig>[]
  readonly upstreams: readonly Named<UpstreamConfig>[]
  readonly routes: readonly Located<RouteConfig>[]
  readonly endpoints: readonly Located<EndpointConfig>[]
  readonly listen: Config['listen']
  readonly admin: AdminConfig | undefined
  readonly trustedCallers: readonly Located<TrustedCallerConfig>[]
  /** Names as written, of broken parts too, so that one mistake is not reported as two. */
  readonly policyNames: ReadonlySet<string>
  readonly upstreamNames: ReadonlySet<string>
}

export function readConfig(root: Readonly<Record<string, unknown>>): {
  readonly parts: ConfigParts
  readonly problems: readonly LocatedProblem[]
} {
  const whole = ROOT.schema.safeParse(root, { jitless: !isLarge(root) })
  return whole.success
    ? { parts: partsOfWhole(whole.data, root), problems: [] }
    : { parts: readParts(root), problems: toLocatedProblems(whole.error.issues, root) }
}

/**
 * Whether the schema is worth compiling. That takes 6 ms of a start; it pays from a few hundred routes on, of which
 * 10,000 are then read in 59 ms instead of 72.
 */
const isLarge = ({ routes }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(routes) && routes.length > 500

/** What was read as a whole need not be read again part by part. */
function partsOfWhole(whole: Config, root: Readonly<Record<string, unknown>>): ConfigParts {
  const { policies = {}, upstreams = {} } = whole
  return {
    whole,
    root,
    issuers: locateItems('issuers', whole.issuers),
    issuersSound: true,
    tokenSources: locateItems('token_sources', whole.token_sources),
    policies: locateMembers('policies', policies),
    upstreams: locateMembers('upstreams', upstreams),
    routes: locateItems('routes', whole.routes),
    endpoints: locateItems('endpoints', whole.endpoints),
    listen: whole.listen,
    admin: whole.admin,
    trustedCallers: locateItems('trusted_callers', whole.trusted_callers),
    policyNames: new Set(Object.keys(policies)),
    upstreamNames: new Set(Object.keys(upstreams)),
  }
}

const locateItems = <T>(key: string, items: readonly T[] = []): readonly Located<T>[] =>
  items.map((value, i) => ({ pointer: `/${key}/${i}`, value }))

const locateMembers = <T>(key: string, members: Readonly<Record<string, T>>): readonly Named<T>[] =>
  Object.entries(members).map(([name, value]) => ({ pointer: toPointer([key, name]), name, value }))

/** The parts that can be read alone, of a whole that cannot. */
function readParts(root: Readonly<Record<string, unknown>>): ConfigParts {
  const listen = LISTEN.schema.optional().safeParse(root['listen'])
  const admin = ADMIN.schema.optional().safeParse(root['admin'])
  const policies = isJsonObject(root['policies']) ? root['policies'] : {}
  const upstreams = isJsonObject(root['upstreams']) ? root['upstreams'] : {}
  return {
    whole: undefined,
    root,
    issuers: readList(root, 'issuers', ISSUER.schema),
    issuersSound: listOf(ISSUER).schema.optional().safeParse(root['issuers']).success,
    tokenSources: readList(root, 'token_sources', TOKEN_SOURCE.schema),
    policies: readMap(policies, 'policies', POLICY.schema),
    upstreams: readMap(upstreams, 'upstreams', UPSTREAM.schema),
    routes: readList(root, 'routes', ROUTE.schema),
    endpoints: readList(root, 'endpoints', ENDPOINT.schema),
    listen: listen.success ? listen.data : undefined,
    admin: admin.success ? admin.data : undefined,
    trustedCallers: readList(root, 'trusted_callers', TRUSTED_CALLER.schema),
    policyNames: new Set(Object.keys(policies)),
    upstreamNames: new Set(Object.keys(upstreams)),
  }
}

function readList<Schema extends z.ZodType>(
  root: Readonly<Record<string, unknown>>,
  key: string,
  schema: Schema,
): readonly Located<z.output<Schema>>[] {
  const items = root[key]
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown, i) => {
    const read = schema.safeParse(item)
    return read.success ? [{ pointer: `/${key}/${i}`, value: read.data }] : []
  })
}

function readMap<Schema extends z.ZodType>(
  members: Readonly<Record<string, unknown>>,
  key: string,
  schema: Schema,
): readonly Named<z.output<Schema>>[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const read = schema.safeParse(member)
    return read.success ? [{ pointer: toPointer([key, name]), name, value: read.data }] : []
  })
}
