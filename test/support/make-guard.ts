/** A guard with a fixed clock, and questions to ask it. */
import { createDecide, type Decide, type Question } from '../../src/decision/decide.ts'
import type { Decision } from '../../src/decision/decision.ts'
import { compileGuard, type Guard, type GuardInput } from '../../src/decision/guard.ts'
import type { Reason } from '../../src/decision/reasons.ts'
import type { Recorder } from '../../src/decision/steps/step.ts'
import type { IssuerSettings } from '../../src/settings/issuer/definition.ts'
import { compileIssuer, type Issuer } from '../../src/jwt/issuer.ts'
import type { KeySource } from '../../src/keys/key-source.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import type { PolicySettings } from '../../src/settings/policy/definition.ts'
import type { AuthzRequest } from '../../src/request/authz-request.ts'
import type { TokenSourceSettings } from '../../src/settings/token-source/definition.ts'
import { jwkOf, jwksSource, secretSource } from './key-sources.ts'
import { AUDIENCE, EC, ED, HMAC_ISSUER, ISSUER, NOW_SECONDS, RSA, SECRET } from './tokens.ts'

export const BEARER: TokenSourceSettings = { kind: 'header', name: 'authorization', scheme: 'Bearer' }

/** Settings of an issuer with the defaults of the configuration. Keys come from the source, not from here. */
export const issuerSettings = (overrides: Partial<IssuerSettings> = {}): IssuerSettings => ({
  name: 'main',
  issuer: ISSUER,
  audience: [AUDIENCE],
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  keys: { kind: 'jwks_file', file: 'keys.json' },
  leewaySeconds: 30,
  require: [],
  allowMissingExp: false,
  requireKid: false,
  allowSenderConstrained: false,
  ...overrides,
})

export const MAIN_JWKS = [
  jwkOf(RSA.publicKey, { kid: 'rsa' }),
  jwkOf(EC.publicKey, { kid: 'ec' }),
  jwkOf(ED.publicKey, { kid: 'ed' }),
]

/** The issuer of the public keys: RS256, ES256 and EdDSA, one key each. */
export function mainIssuer(overrides: Partial<IssuerSettings> = {}, keys?: KeySource): Issuer {
  const settings = issuerSettings(overrides)
  return compileIssuer(settings, keys ?? jwksSource(MAIN_JWKS, settings.algorithms).source)
}

/** The issuer of the shared secret. */
export function hmacIssuer(overrides: Partial<IssuerSettings> = {}): Issuer {
  const settings = issuerSettings({ name: 'hmac', issuer: HMAC_ISSUER, algorithms: ['HS256'], ...overrides })
  return compileIssuer(settings, secretSource(SECRET, settings.algorithms))
}

export const policySettings = (overrides: Partial<PolicySettings> = {}): PolicySettings => ({
  name: 'any',
  scope: [],
  scopeAny: [],
  claims: [],
  identity: [],
  ...overrides,
})

export const routeSettings = (overrides: Partial<RouteSettings> = {}): RouteSettings => ({
  name: 'route',
  host: [],
  path: [],
  method: [],
  access: { kind: 'policy', policy: 'any' },
  ...overrides,
})

/** Both issuers, no routes, no cache: every token is fully verified. */
export const makeGuard = (overrides: Partial<GuardInput> = {}): Guard =>
  compileGuard({
    issuers: [mainIssuer(), hmacIssuer()],
    policies: [],
    routes: [],
    tokenSources: [BEARER],
    maxTokenBytes: 8192,
    cache: { tokens: 0, bytes: 0 },
    realm: 'warder',
    ...overrides,
  })

/** A ULID that is always the same. */
export const ID = '01K5R3F3G0000000000000TEST'

export const decideOf = (guard: Guard, nowSeconds: () => number = () => NOW_SECONDS): Decide =>
  createDecide(guard, { nowMs: () => nowSeconds() * 1000, newId: () => ID })

export interface RequestParts {
  readonly method?: string
  readonly host?: string
  readonly path?: string
  readonly query?: string
  /** Name and value pairs; a name may come twice. */
  readonly headers?: readonly (readonly [string, string])[]
}

export function makeRequest({
  method = 'GET',
  host = 'api.example.com',
  path = '/',
  query = '',
  headers = [],
}: RequestParts): AuthzRequest {
  return { method, scheme: 'https', host, path, query, headers: headersOf(headers) }
}

/** Like the Fetch API's `Headers`, but with any bytes: nothing between the wire and the core is relied on. */
export function headersOf(pairs: readonly (readonly [string, string])[]): AuthzRequest['headers'] {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    const before = values.get(key)
    values.set(key, before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`)
  }
  return { get: (name) => values.get(name) ?? null }
}

export const bearer = (token: string): AuthzRequest =>
  makeRequest({ headers: [['authorization', `Bearer ${token}`]] })

export const ask = (decide: Decide, request: AuthzRequest, recorder?: Recorder): Promise<Decision> =>
  Promise.resolve(decide({ request, policy: undefined } satisfies Question, recorder))

/** The reason of the decision about a request that carries this token. */
export const reasonFor = async (decide: Decide, token: string): Promise<Reason> =>
  (await ask(decide, bearer(token))).reason
