/** Plain data → typed configuration, by the schema. Parts that are sound are read even when others are not. */
import type { Located, Named } from '../settings/problem.ts'
import type { z } from 'zod'
import { toPointer } from './json-pointer.ts'
import { ConfigSchema } from './schema.ts'
import type { Config } from './schema.ts'
import { UpstreamSchema } from './schema-gateway.ts'
import type { UpstreamConfig } from './schema-gateway.ts'
import { IssuerSchema } from './schema-issuer.ts'
import type { IssuerConfig } from './schema-issuer.ts'
import { EndpointSchema, PolicySchema, RouteSchema, TokenSourceSchema } from './schema-policy.ts'
import type { EndpointConfig, PolicyConfig, RouteConfig, TokenSourceConfig } from './schema-policy.ts'
import { toLocatedProblems } from './schema-problems.ts'
import type { LocatedProblem } from '../settings/problem.ts'

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
  /** Names as written, of broken parts too, so that one mistake is not reported as two. */
  readonly policyNames: ReadonlySet<string>
  readonly upstreamNames: ReadonlySet<string>
}

export function readConfig(root: Readonly<Record<string, unknown>>): {
  readonly parts: ConfigParts
  readonly problems: readonly LocatedProblem[]
} {
  const whole = ConfigSchema.safeParse(root)
  const listen = ConfigSchema.shape.listen.safeParse(root['listen'])
  const policies = isMap(root['policies']) ? root['policies'] : {}
  const upstreams = isMap(root['upstreams']) ? root['upstreams'] : {}
  const parts: ConfigParts = {
    whole: whole.success ? whole.data : undefined,
    root,
    issuers: readList(root, 'issuers', IssuerSchema),
    issuersSound: ConfigSchema.shape.issuers.safeParse(root['issuers']).success,
    tokenSources: readList(root, 'token_sources', TokenSourceSchema),
    policies: readMap(policies, 'policies', PolicySchema),
    upstreams: readMap(upstreams, 'upstreams', UpstreamSchema),
    routes: readList(root, 'routes', RouteSchema),
    endpoints: readList(root, 'endpoints', EndpointSchema),
    listen: listen.success ? listen.data : undefined,
    policyNames: new Set(Object.keys(policies)),
    upstreamNames: new Set(Object.keys(upstreams)),
  }
  return { parts, problems: whole.success ? [] : toLocatedProblems(whole.error.issues, root) }
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

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
