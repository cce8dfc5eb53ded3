/** The shape of a configuration of Goma Gateway: that of 0.2, and what the newer one calls otherwise. */
import { z } from 'zod'
import { atLeastOne } from '../../settings/kinds/collections.ts'
import { strictMap } from '../../settings/kinds/section.ts'
import { count, duration, text, textBy } from '../../settings/kinds/values.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import { parseNetwork } from '../../settings/values/network.ts'
import { checkHostPattern, parseMethod } from '../../settings/values/texts.ts'
import { parseServerUrl } from '../../settings/values/urls.ts'
import { alike, gomaFlag, optionalTexts, orEmpty, textOrNumber } from './leaf.ts'
import { GomaCorsSchema } from './cors.ts'
import { ErrorInterceptorSchema } from './error-pages.ts'
import { noEffect, refused } from './noted-keys.ts'
import {
  BACKEND_NOTES,
  EXPLOITS,
  GATEWAY_NOTES,
  ROUTE_NOTES,
  ROUTE_TLS_NOTES,
  SECURITY_TLS_NOTES,
  TOP_NOTES,
} from './notes.ts'
import { parseProtectedPath, parseRoutePath } from './paths.ts'

/** Goma's own documents end URLs with a slash, which is no path. */
const parseServer = (url: string) => parseServerUrl(url.replace(/(?<=[^/])\/$/, ''))
const server = () => textBy(parseServer)
const optionalText = () => z.string().optional()

const BackendSchema = strictMap({
  endpoint: server().optional().describe('URL of the server'),
  endPoint: server().optional(),
  weight: count(1, 1_000).schema.optional().describe('share of the requests'),
  ...BACKEND_NOTES,
})

/** `0` is the default in Goma. */
const orDefault = (least: number, most: number) =>
  z.union([count(0, 0).schema.transform(() => undefined), duration(least, most).schema]).optional()

const HealthCheckSchema = strictMap({
  path: optionalText(),
  interval: orDefault(100, 3_600_000),
  timeout: orDefault(10, 60_000),
  healthyStatuses: z.array(count(200, 599).schema).optional(),
})

/** Of 0.1.0, which is refused by name: `blocklist`, and middlewares that are written into the route. */
const InlineMiddlewareSchema = strictMap({
  path: z.unknown().optional(),
  rules: z.unknown().optional(),
  http: z.unknown().optional(),
})

const RouteSchema = strictMap({
  name: optionalText().describe('unique name'),
  path: textBy(parseRoutePath).describe('a path and everything below it'),
  enabled: gomaFlag().optional().describe('false: as if it were not there'),
  disabled: gomaFlag().optional().describe('true: as if it were not there'),
  hosts: z.array(textBy(checkHostPattern)).optional(),
  host: orEmpty(checkHostPattern),
  methods: z.array(textBy(parseMethod)).optional(),
  rewrite: optionalText(),
  // Goma's own examples write `destination: ''` beside `backends`.
  ...alike(orEmpty(parseServer), 'destination', 'target'),
  backends: z.array(z.union([server(), BackendSchema])).optional(),
  healthCheck: z.union([z.string(), HealthCheckSchema]).optional(),
  cors: GomaCorsSchema.optional(),
  interceptErrors: z.array(count(400, 599).schema).optional(),
  ...alike(gomaFlag().optional(), 'disableHostFording', 'disableHostForwarding'),
  security: strictMap({
    forwardHostHeaders: gomaFlag().optional(),
    tls: strictMap({
      rootCAs: optionalText(),
      clientCert: optionalText(),
      clientKey: optionalText(),
      ...SECURITY_TLS_NOTES,
    }).optional(),
    enableExploitProtection: refused(EXPLOITS),
  }).optional(),
  errorInterceptor: ErrorInterceptorSchema.optional(),
  tls: strictMap(ROUTE_TLS_NOTES).optional(),
  rateLimit: count(0, 1_000_000_000).schema.optional().describe('requests of a client in a minute'),
  middlewares: z.array(z.union([text().schema, InlineMiddlewareSchema])).optional(),
  ...ROUTE_NOTES,
})

/** A middleware that is indented too far, into the `paths` of the one above; Goma's own examples have some. */
const MisplacedSchema = strictMap({
  name: text().schema,
  type: text().schema,
  paths: z.unknown().optional(),
  rule: z.unknown().optional(),
})

const MiddlewareSchema = strictMap({
  name: text().schema,
  type: text().schema,
  paths: atLeastOne(z.union([textBy(parseProtectedPath), MisplacedSchema])).optional(),
  rule: z.unknown().optional(),
  // The document indents them like this, and the code of its time then ignored them.
  headers: z.unknown().optional(),
  params: z.unknown().optional(),
})

const PairSchema = strictMap({ cert: z.string(), key: z.string() })

/** Certificates in the newer version. */
const TlsSchema = strictMap({
  ...alike(z.array(PairSchema).optional(), 'certificates', 'keys'),
  default: strictMap({ cert: optionalText(), key: optionalText() }).optional(),
  clientAuth: strictMap({ clientCA: optionalText(), required: gomaFlag().optional() }).optional(),
  certsDir: noEffect('list each certificate in `certificates`'),
})

/** And in the older one, under both of its names. */
const CERTIFICATE_SHAPE = {
  ...alike(optionalText(), 'tlsCertFile', 'tlsKeyFile', 'sslCertFile', 'sslKeyFile'),
  tls: TlsSchema.optional(),
}

const HTTP_ALONE = 'only HTTP is forwarded'

const EntryPointSchema = strictMap({
  address: textBy(parseListenAddress).optional(),
  // Goma reads it at every entry point, and does nothing with it there.
  forwards: noEffect(HTTP_ALONE),
})
const DefaultsSchema = strictMap({ middlewares: optionalTexts() })

/** See files/include.ts, which reads it before anything is checked. */
const ExtraSchema = strictMap({ directory: optionalText(), watch: gomaFlag().optional() })

const GatewaySchema = strictMap({
  entryPoints: strictMap({
    web: EntryPointSchema.optional(),
    webSecure: EntryPointSchema.optional(),
    passThrough: noEffect(HTTP_ALONE),
  }).optional(),
  proxy: strictMap({
    enabled: gomaFlag().optional(),
    trustedProxies: z.array(textBy(parseNetwork)).optional(),
    ipHeaders: refused('the client address is read from X-Forwarded-For of `trustedProxies`'),
  })
    .transform((proxy) => (proxy.enabled === false ? {} : proxy))
    .optional(),
  ...CERTIFICATE_SHAPE,
  ...alike(ExtraSchema.optional(), 'extraRoutes', 'extraConfig'),
  listenAddr: textBy(parseListenAddress).optional(),
  cors: GomaCorsSchema.optional(),
  interceptErrors: z.array(count(400, 599).schema).optional(),
  errorInterceptor: ErrorInterceptorSchema.optional(),
  accessLog: optionalText(),
  rateLimit: count(0, 1_000_000_000).schema.optional().describe('requests of a client in a minute'),
  rateLimiter: count(0, 1_000_000_000).schema.optional(),
  defaults: DefaultsSchema.optional(),
  routes: z.array(RouteSchema).optional(),
  ...GATEWAY_NOTES,
})

export const GomaSchema = strictMap({
  version: textOrNumber().optional(),
  gateway: GatewaySchema,
  middlewares: z.array(MiddlewareSchema).optional(),
  defaults: DefaultsSchema.optional(),
  ...TOP_NOTES,
})

export type GomaConfig = z.output<typeof GomaSchema>
export type GomaRoute = z.output<typeof RouteSchema>
export type GomaMiddleware = z.output<typeof MiddlewareSchema>
