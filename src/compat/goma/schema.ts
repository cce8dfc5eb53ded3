/** The shape of a configuration of Goma Gateway: that of 0.2, and what the newer one calls otherwise. */
import { checkHostPattern, parseMethod } from '../../settings/values/texts.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import { parseNetwork } from '../../settings/values/network.ts'
import {
  anything,
  durationMs,
  either,
  listSchema,
  literalSchema,
  optionalList,
  strictMap,
  plainText,
  textSchema,
  textOrNumber,
  wholeNumber,
} from '../../settings/kinds/schema-leaf.ts'
import type { Output } from '../../settings/kinds/schema-leaf.ts'
import { parseServerUrl } from '../../settings/values/urls.ts'
import { gomaFlag, orEmpty } from './leaf.ts'
import { GomaCorsSchema } from './cors.ts'
import { ErrorInterceptorSchema } from './error-pages.ts'
import { notedKeys } from './noted-keys.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  FORWARDS_NOTES,
  GATEWAY_NOTES,
  INLINE_NOTES,
  PROVIDER_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  ROUTE_TLS_NOTES,
  SECURITY_NOTES,
  SECURITY_TLS_NOTES,
  TLS_NOTES,
  TOP_NOTES,
} from './notes.ts'
import { parseProtectedPath, parseRoutePath } from './paths.ts'

/** Goma's own documents end URLs with a slash, which is no path. */
const parseServer = (url: string) => parseServerUrl(url.replace(/(?<=[^/])\/$/, ''))
const server = () => textSchema(parseServer)
const optionalText = () => literalSchema().optional()
const HOUR_MS = 3_600_000

const BackendSchema = strictMap({
  endpoint: server().optional().describe('URL of the server'),
  endPoint: server().optional(),
  weight: wholeNumber(1, 1_000).optional().describe('share of the requests'),
  ...notedKeys(BACKEND_NOTES),
})

/** `0` is the default in Goma. */
const orDefault = <Schema extends ReturnType<typeof durationMs>>(schema: Schema) =>
  either(
    wholeNumber(0, 0).transform(() => undefined),
    schema,
  )

const HealthCheckSchema = strictMap({
  path: optionalText(),
  interval: orDefault(durationMs(100, HOUR_MS)).optional(),
  timeout: orDefault(durationMs(10, 60_000)).optional(),
  healthyStatuses: optionalList(wholeNumber(200, 599)),
})

/** Of 0.1.0, which is refused by name: `blocklist`, and middlewares that are written into the route. */
const InlineMiddlewareSchema = strictMap(notedKeys(INLINE_NOTES))

const RouteSchema = strictMap({
  name: optionalText().describe('unique name'),
  path: textSchema(parseRoutePath).describe('a path and everything below it'),
  enabled: gomaFlag().optional().describe('false: as if it were not there'),
  disabled: gomaFlag().optional().describe('true: as if it were not there'),
  hosts: optionalList(textSchema(checkHostPattern)),
  host: orEmpty(checkHostPattern),
  methods: optionalList(textSchema(parseMethod)),
  rewrite: optionalText(),
  // Goma's own examples write `destination: ''` beside `backends`.
  destination: orEmpty(parseServer),
  target: orEmpty(parseServer),
  backends: optionalList(either(server(), BackendSchema)),
  healthCheck: either(literalSchema(), HealthCheckSchema).optional(),
  cors: GomaCorsSchema.optional(),
  interceptErrors: optionalList(wholeNumber(400, 599)),
  disableHostFording: gomaFlag().optional(),
  disableHostForwarding: gomaFlag().optional(),
  security: strictMap({
    forwardHostHeaders: gomaFlag().optional(),
    tls: strictMap({
      rootCAs: optionalText(),
      clientCert: optionalText(),
      clientKey: optionalText(),
      ...notedKeys(SECURITY_TLS_NOTES),
    }).optional(),
    ...notedKeys(SECURITY_NOTES),
  }).optional(),
  errorInterceptor: ErrorInterceptorSchema.optional(),
  tls: strictMap(notedKeys(ROUTE_TLS_NOTES)).optional(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  middlewares: optionalList(either(plainText(), InlineMiddlewareSchema)),
  ...notedKeys(ROUTE_NOTES),
})

/** A middleware that is indented too far, into the `paths` of the one above; Goma's own examples have some. */
const MisplacedSchema = strictMap({
  name: plainText(),
  type: plainText(),
  paths: anything(),
  rule: anything(),
})

const MiddlewareSchema = strictMap({
  name: plainText(),
  type: plainText(),
  paths: listSchema(either(textSchema(parseProtectedPath), MisplacedSchema)).optional(),
  rule: anything(),
  // The document indents them like this, and the code of its time then ignored them.
  headers: anything(),
  params: anything(),
})

const PairSchema = strictMap({ cert: literalSchema(), key: literalSchema() })

/** Certificates in the newer version. */
const TlsSchema = strictMap({
  certificates: optionalList(PairSchema),
  keys: optionalList(PairSchema),
  default: strictMap({ cert: optionalText(), key: optionalText() }).optional(),
  clientAuth: strictMap({ clientCA: optionalText(), required: gomaFlag().optional() }).optional(),
  ...notedKeys(TLS_NOTES),
})

/** And in the older one, under both of its names. */
const CERTIFICATE_SHAPE = {
  tlsCertFile: optionalText(),
  tlsKeyFile: optionalText(),
  sslCertFile: optionalText(),
  sslKeyFile: optionalText(),
  tls: TlsSchema.optional(),
}

const EntryPointSchema = strictMap({
  address: textSchema(parseListenAddress).optional(),
  ...notedKeys(FORWARDS_NOTES),
})
const DefaultsSchema = strictMap({ middlewares: optionalList(plainText()) })

/** See goma-extra.ts, which reads it before anything is checked. */
const ExtraSchema = strictMap({ directory: optionalText(), watch: gomaFlag().optional() })

const GatewaySchema = strictMap({
  entryPoints: strictMap({
    web: EntryPointSchema.optional(),
    webSecure: EntryPointSchema.optional(),
    ...notedKeys(ENTRY_POINT_NOTES),
  }).optional(),
  proxy: strictMap({
    enabled: gomaFlag().optional(),
    trustedProxies: optionalList(textSchema(parseNetwork)),
    ...notedKeys(PROXY_NOTES),
  }).optional(),
  ...CERTIFICATE_SHAPE,
  extraRoutes: ExtraSchema.optional(),
  extraConfig: ExtraSchema.optional(),
  listenAddr: textSchema(parseListenAddress).optional(),
  cors: GomaCorsSchema.optional(),
  interceptErrors: optionalList(wholeNumber(400, 599)),
  errorInterceptor: ErrorInterceptorSchema.optional(),
  accessLog: optionalText(),
  rateLimit: wholeNumber(0, 1_000_000_000).optional().describe('requests of a client in a minute'),
  rateLimiter: wholeNumber(0, 1_000_000_000).optional(),
  defaults: DefaultsSchema.optional(),
  routes: optionalList(RouteSchema),
  ...notedKeys(PROVIDER_NOTES),
  ...notedKeys(GATEWAY_NOTES),
})

export const GomaSchema = strictMap({
  version: textOrNumber().optional(),
  gateway: GatewaySchema,
  middlewares: optionalList(MiddlewareSchema),
  defaults: DefaultsSchema.optional(),
  ...notedKeys(TOP_NOTES),
})

export type GomaConfig = Output<typeof GomaSchema>
export type GomaRoute = Output<typeof RouteSchema>
export type GomaMiddleware = Output<typeof MiddlewareSchema>
