/** The shape of a configuration of Goma Gateway: that of 0.2, and what the newer one calls otherwise. */
import { parseHost, parseMethod } from '../config/check-text.ts'
import { parseListenAddress } from '../config/listen-address.ts'
import { parseNetwork } from '../config/network.ts'
import {
  anything,
  durationMs,
  either,
  flag,
  listOf,
  literalText,
  optionalList,
  strictMap,
  plainText,
  text,
  textOrNumber,
  wholeNumber,
} from '../config/schema-leaf.ts'
import type { Output } from '../config/schema-leaf.ts'
import { parseServerUrl } from '../config/server-url.ts'
import { CorsSchema } from './goma-cors.ts'
import { notedKeys } from './goma-keys.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  GATEWAY_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  SECURITY_NOTES,
  TOP_NOTES,
} from './goma-notes.ts'
import { parseProtectedPath, parseRoutePath } from './goma-paths.ts'
import { CERTIFICATE_SHAPE } from './goma-tls.ts'

/** Goma's own documents end URLs with a slash, which is no path. */
const server = () => text((url) => parseServerUrl(url.replace(/(?<=[^/])\/$/, '')))
const optionalText = () => literalText().optional()
const HOUR_MS = 3_600_000

const BackendSchema = strictMap({
  endpoint: server().describe('URL of the server'),
  weight: wholeNumber(1, 1_000).optional().describe('share of the requests'),
  ...notedKeys(BACKEND_NOTES),
})

const RouteSchema = strictMap({
  name: plainText().describe('unique name'),
  path: text(parseRoutePath).describe('a path and everything below it'),
  enabled: flag().optional().describe('false: as if it were not there'),
  disabled: flag().optional().describe('true: as if it were not there'),
  hosts: optionalList(text(parseHost)),
  methods: optionalList(text(parseMethod)),
  rewrite: optionalText(),
  destination: server().optional(),
  target: server().optional(),
  backends: optionalList(either(server(), BackendSchema)),
  healthCheck: strictMap({
    path: optionalText(),
    interval: durationMs(100, HOUR_MS).optional(),
    timeout: durationMs(10, 60_000).optional(),
    healthyStatuses: optionalList(wholeNumber(200, 599)),
  }).optional(),
  cors: CorsSchema.optional(),
  interceptErrors: optionalList(wholeNumber(400, 599)),
  disableHostFording: flag().optional(),
  disableHostForwarding: flag().optional(),
  security: strictMap({ forwardHostHeaders: flag().optional(), ...notedKeys(SECURITY_NOTES) }).optional(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  middlewares: optionalList(plainText()),
  ...notedKeys(ROUTE_NOTES),
})

const MiddlewareSchema = strictMap({
  name: plainText(),
  type: plainText(),
  paths: listOf(text(parseProtectedPath)).optional(),
  rule: anything(),
  // The document indents them like this, and the code of its time then ignored them.
  headers: anything(),
  params: anything(),
})

const EntryPointSchema = strictMap({ address: text(parseListenAddress).optional() })

/** See goma-extra.ts, which reads it before anything is checked. */
const ExtraSchema = strictMap({ directory: optionalText(), watch: flag().optional() })

const GatewaySchema = strictMap({
  entryPoints: strictMap({
    web: EntryPointSchema.optional(),
    webSecure: EntryPointSchema.optional(),
    ...notedKeys(ENTRY_POINT_NOTES),
  }).optional(),
  proxy: strictMap({
    enabled: flag().optional(),
    trustedProxies: optionalList(text(parseNetwork)),
    ...notedKeys(PROXY_NOTES),
  }).optional(),
  ...CERTIFICATE_SHAPE,
  extraRoutes: ExtraSchema.optional(),
  extraConfig: ExtraSchema.optional(),
  cors: CorsSchema.optional(),
  interceptErrors: optionalList(wholeNumber(400, 599)),
  accessLog: optionalText(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  defaults: strictMap({ middlewares: optionalList(plainText()) }).optional(),
  routes: listOf(RouteSchema),
  ...notedKeys(GATEWAY_NOTES),
})

export const GomaSchema = strictMap({
  version: textOrNumber().optional(),
  gateway: GatewaySchema,
  middlewares: optionalList(MiddlewareSchema),
  ...notedKeys(TOP_NOTES),
})

export type GomaConfig = Output<typeof GomaSchema>
export type GomaRoute = Output<typeof RouteSchema>
export type GomaMiddleware = Output<typeof MiddlewareSchema>
