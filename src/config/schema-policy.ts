/** The part of the schema that describes token sources, policies, routes and endpoints. */
import { z } from 'zod'
import { ok } from '../result.ts'
import {
  parseBeginning,
  parseClaimPath,
  parseHost,
  parseMethod,
  parseName,
  parsePattern,
  parseScope,
  parseToken,
  parseWord,
} from '../settings/values/texts.ts'
import { parseIdentityHeader } from '../settings/values/header-names.ts'
import { parseExactPath, parsePathPattern } from '../settings/values/paths.ts'
import { BasicAuthSchema } from './schema-basic-auth.ts'
import { CorsSchema } from './schema-cors.ts'
import { ForwardAuthSchema } from './schema-forward-auth.ts'
import { byteSize, flag, listOf, strictMap, text, textList } from './schema-leaf.ts'
import { RateLimitSchema } from './schema-rate-limit.ts'

export const TokenSourceSchema = strictMap({
  header: text(parseToken).optional().describe('header that holds the token'),
  scheme: text(parseToken)
    .optional()
    .describe('authentication scheme before the token; default Bearer for Authorization, else none'),
  trim_prefix: z
    .string()
    .optional()
    .describe('text removed from the front of the header if it is there; empty: the value is the token'),
  cookie: text(parseToken).optional().describe('cookie that holds the token'),
  query: text().optional().describe('query parameter of the original request that holds the token'),
  websocket_protocol: text(parseToken)
    .optional()
    .describe('subprotocol before the token, or, with a dot at its end, beginning of that with the token'),
  encoding: z
    .enum(['base64url'])
    .optional()
    .describe('how that subprotocol writes the token; default as it is'),
}).describe('one place where a token may be: a header, a cookie, a query parameter or a subprotocol')

// Number claims beyond 2^53 cannot be told apart once parsed.
const scalar = z.union([
  z.string(),
  z.boolean(),
  z
    .number()
    .refine(
      (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
      'beyond 2^53, where numbers are no longer exact',
    ),
])

const scalars = z.union([scalar.transform((value) => [value]), listOf(scalar)])

/** The operators of claim rules, by the words that settings and code have in camel case. */
export const ClaimRuleSchema = strictMap({
  equals: scalar.optional().describe('the claim is exactly this'),
  not_equals: scalar.optional().describe('the claim is there, of the same type, and another value'),
  in: listOf(scalar).optional().describe('the claim is one of these'),
  not_in: listOf(scalar)
    .optional()
    .describe('the claim is there, of the type of one of these, and none of them'),
  starts_with: text(parseBeginning).optional().describe('the claim is a text that begins with this'),
  matches: text(parsePattern)
    .optional()
    .describe('the whole claim, a text, matches this regular expression of RE2'),
  contains: scalars.optional().describe('the claim is a list that holds this, or all of these'),
  contains_any: scalars.optional().describe('the claim is a list that holds at least one of these'),
  has_word: textList(parseWord)
    .optional()
    .describe(
      'the claim is a text of words with spaces between them, and this, or all of these, are among them',
    ),
  exists: flag().optional().describe('the claim is there (true) or not there (false)'),
})

const IdentitySchema = strictMap({
  claim: text(parseClaimPath).describe('path of the claim'),
  arrays: z.enum(['csv', 'json']).optional().describe('how lists are written; default csv'),
  encoding: z
    .enum(['percent', 'base64url'])
    .optional()
    .describe('how characters outside visible ASCII are written; default percent'),
  max_bytes: byteSize(1, 16 * 1024)
    .optional()
    .describe('longest value, a longer one is a denial; default 4KiB'),
})

/** Scopes of one string: `orders:read orders:write` are two. */
const scopes = textList((value) => ok(value.split(' ').filter((scope) => scope !== '')))
  .transform((lists) => lists.flat())
  .pipe(listOf(text(parseScope)))

export const PolicySchema = strictMap({
  issuers: textList().optional().describe('names of the issuers it accepts; default: all'),
  token_sources: listOf(TokenSourceSchema)
    .optional()
    .describe('where the token may be; default: the top-level token_sources'),
  scope: scopes.optional().describe('scopes that the token must have, all of them'),
  scope_any: scopes.optional().describe('scopes of which the token must have at least one'),
  claims: z
    .record(
      text(parseClaimPath),
      z.union([scalar.transform((equals): ClaimRuleConfig => ({ equals })), ClaimRuleSchema]),
    )
    .optional()
    .describe('rules by claim path: a value, or a map of operators'),
  identity: z
    .record(
      text(parseIdentityHeader),
      z.union([text(parseClaimPath).transform((claim): IdentityConfig => ({ claim })), IdentitySchema]),
    )
    .optional()
    .describe('headers for the application, by name: a claim path, or a map with options'),
}).describe('requirements on a verified token, and the headers it yields')

const judge = {
  policy: text().optional().describe('name of the policy that judges'),
  forward_auth: ForwardAuthSchema.optional().describe('the external auth service that judges'),
  basic_auth: BasicAuthSchema.optional().describe('the users that may pass with their password'),
}

const JudgeSchema = strictMap(judge).describe('one of several judges; exactly one key')

export const RouteSchema = strictMap({
  name: text(parseName).optional().describe('name in logs and metrics; default route-1, route-2, …'),
  match: strictMap({
    host: textList(parseHost).optional().describe('host or *.suffix, without port; default: any'),
    path: textList(parsePathPattern)
      .optional()
      .describe('/exact, /tree/** or * for one segment; default: any'),
    method: textList(parseMethod).optional().describe('HTTP methods; default: any'),
  }).describe('which requests; an empty map is all of them'),
  access: z.enum(['public', 'deny']).optional().describe('let everyone in, or nobody'),
  ...judge,
  all_of: listOf(JudgeSchema)
    .optional()
    .describe('several judges, asked in this order: all must allow; only the gateway asks them'),
  cors: CorsSchema.optional().describe(
    'what browsers are told about pages of other origins; default: nothing',
  ),
  upstream: text().optional().describe('name of the upstream that the gateway sends the request to'),
  strip_prefix: text(parseExactPath)
    .optional()
    .describe('beginning of the path that the upstream is not sent; default: none'),
  add_prefix: text(parseExactPath)
    .optional()
    .describe('what the upstream is sent before the path; default: nothing'),
  allow_method_parameter: flag()
    .optional()
    .describe('whether `_method` in the query may name a method of another route; default false'),
  allow_anonymous: flag()
    .optional()
    .describe('whether a request without a token is allowed, with blank identity headers; default false'),
  case_sensitive: flag()
    .optional()
    .describe('whether its path in another letter case is another path to the application; default false'),
  encoded: z
    .enum(['deny', 'keep'])
    .optional()
    .describe('paths with %2F, `;`, `//` or bytes outside UTF-8: keep matches by raw segments; default deny'),
  close_expired: flag()
    .optional()
    .describe('close a WebSocket with 4401 when its token has expired; default false'),
  rate_limit: RateLimitSchema.optional().describe(
    'how many requests one client may send through this route; default: no limit',
  ),
}).describe('requests and what is asked of them; the first match wins')

export const EndpointSchema = strictMap({
  path: text(parseExactPath).describe('exact path on the decisions listener'),
  dialect: z.literal('jwtauthrequest').describe('the contract of jwtauthrequest: 200 or 403'),
  policy: text().describe('name of the policy that judges'),
}).describe('a decision endpoint with the contract of another system')

export const policiesSchema = z.record(text(parseName), PolicySchema)

export type TokenSourceConfig = z.output<typeof TokenSourceSchema>
export type ClaimRuleConfig = z.output<typeof ClaimRuleSchema>
export type IdentityConfig = z.output<typeof IdentitySchema>
export type PolicyConfig = z.output<typeof PolicySchema>
export type JudgeConfig = z.output<typeof JudgeSchema>
export type RouteConfig = z.output<typeof RouteSchema>
export type EndpointConfig = z.output<typeof EndpointSchema>
