/** The shape of `warder.yaml`: the one source of its types, its validation and its JSON Schema. */
import { z } from 'zod'
import { parseHost, parseRealm } from '../settings/values/texts.ts'
import { parseListenAddress } from '../settings/values/listen-address.ts'
import { byteSize, durationMs, listOf, strictMap, text, wholeNumber } from './schema-leaf.ts'
import { GatewaySchema, upstreamsSchema } from './schema-gateway.ts'
import { IssuerSchema } from './schema-issuer.ts'
import { EndpointSchema, policiesSchema, RouteSchema, TokenSourceSchema } from './schema-policy.ts'

export const ConfigSchema = strictMap({
  $schema: z.string().optional().describe('where the schema is, for editors; not read'),
  version: z.literal(1).describe('version of this format'),
  issuers: listOf(IssuerSchema)
    .optional()
    .describe('the trusted issuers; required, unless there are routes and no policies'),
  token_sources: listOf(TokenSourceSchema)
    .optional()
    .describe('where a token is looked for; default: the Authorization header, scheme Bearer'),
  policies: policiesSchema.optional().describe('policies by name'),
  routes: listOf(RouteSchema)
    .optional()
    .describe('first match wins, no match is a denial; default: any valid token is allowed'),
  endpoints: listOf(EndpointSchema).optional().describe('decision endpoints with contracts of other systems'),
  upstreams: upstreamsSchema.optional().describe('where the gateway sends requests, by name'),
  listen: strictMap({
    decisions: text(parseListenAddress)
      .optional()
      .describe('address of the decisions listener; default 127.0.0.1:9180'),
    admin: z
      .union([z.literal('off').transform(() => null), text(parseListenAddress)])
      .optional()
      .describe('address of the admin listener, or off; default 127.0.0.1:9181'),
    admin_hosts: listOf(text(parseHost))
      .optional()
      .describe(
        'host names under which the admin listener answers, besides addresses and localhost; default: none',
      ),
    gateway: GatewaySchema.optional().describe(
      'address of the gateway, a map of its options, or a list of those; default: no gateway',
    ),
  })
    .optional()
    .describe('host:port, [IPv6]:port, :port for all interfaces, or unix:PATH'),
  limits: strictMap({
    max_token_bytes: byteSize(256, 65_536).optional().describe('longest token; default 8KiB'),
  })
    .optional()
    .describe('bounds of what is read'),
  cache: strictMap({
    tokens: wholeNumber(0, 10_000_000)
      .optional()
      .describe('most verified tokens remembered, 0 turns it off; default 100000'),
    bytes: byteSize(0, 4 * 1024 ** 3)
      .optional()
      .describe('most memory for them, 0 turns it off; default 64MiB'),
  })
    .optional()
    .describe('the cache of verified tokens'),
  realm: text(parseRealm).optional().describe('realm of the challenge; default warder'),
  state_dir: text().optional().describe('directory for what outlives a restart, relative to this file'),
  drain: durationMs(0, 300_000)
    .optional()
    .describe('how long a stopping process stays up, not ready; default 5s'),
})

export type Config = z.output<typeof ConfigSchema>

/** The schema for editors: JSON Schema 2020-12. Where a string may be, `${…}` may be. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(ConfigSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      allowReferences(jsonSchema)
      allowPreset(jsonSchema)
    },
  })
  return { ...schema, title: 'warder.yaml' }
}

/** A preset stands for the issuer: one of the two is there. */
function allowPreset(schema: Record<string, unknown>): void {
  const { properties, required } = schema
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, 'preset')) return
  const rest = Array.isArray(required) ? required.filter((key) => key !== 'issuer') : []
  const map = { ...schema, required: rest }
  for (const key of Object.keys(schema)) delete schema[key]
  schema['anyOf'] = [
    { ...map, required: [...rest, 'issuer'] },
    { ...map, required: [...rest, 'preset'] },
  ]
}

/** A closed set of strings must not make editors complain about `${NAME}`. */
function allowReferences(schema: Record<string, unknown>): void {
  if (!Array.isArray(schema['enum'])) return
  schema['anyOf'] = [{ enum: schema['enum'] }, { type: 'string', pattern: '\\$\\{' }]
  delete schema['enum']
  delete schema['type']
}
