/** The rules of Goma's middlewares, by type. */
import { parseAlgorithm, parseToken } from '../../../settings/values/texts.ts'
import { z } from 'zod'
import { strictMap } from '../../../settings/kinds/section.ts'
import { count, text, textBy } from '../../../settings/kinds/values.ts'
import { ok } from '../../../result.ts'
import { alike, gomaFlag, optionalTexts, orEmpty } from '../leaf.ts'
import { noEffect, refused } from '../noted-keys.ts'

/** Of type `jwt`, as the document has it: an auth service is asked. */
export const AuthRequestRuleSchema = strictMap({
  url: text().schema.describe('URL of the auth service'),
  requiredHeaders: z.array(textBy(parseToken)).optional(),
  headers: z.record(z.string(), text().schema).optional(),
  params: z.record(z.string(), text().schema).optional(),
})

const VERIFIED = 'certificates are always verified; give the auth service a valid one'
const HOST = 'the service gets the host as X-Forwarded-Host'

export const ForwardAuthRuleSchema = strictMap({
  authUrl: text().schema.optional().describe('URL of the auth service'),
  url: text().schema.optional(),
  authRequestHeaders: z.array(textBy(parseToken)).optional(),
  authResponseHeaders: optionalTexts(),
  authResponseHeadersAsParams: optionalTexts(),
  addAuthCookiesToResponse: z.array(textBy(parseToken)).optional(),
  authSignIn: textBy(ok<string>)
    .optional()
    .describe('where a browser logs in'),
  ...alike(noEffect(VERIFIED), 'insecureSkipVerify', 'skipInsecureVerify'),
  ...alike(noEffect(HOST), 'forwardHostHeaders', 'enableHostForwarding'),
})

/** Of type `jwtAuth`, and of `jwt` in newer versions: tokens are verified here. */
export const LocalJwtRuleSchema = strictMap({
  secret: z.unknown().optional(),
  publicKey: z.string().optional(),
  jwksUrl: z.string().optional(),
  jwksFile: z.string().optional(),
  algorithms: z.array(textBy(parseAlgorithm)).optional(),
  ...alike(orEmpty(parseAlgorithm), 'alg', 'algo'),
  issuer: orEmpty(ok<string>),
  audience: orEmpty(ok<string>),
  forwardHeaders: z.record(z.string(), text().schema).optional(),
  forwardAuthorization: gomaFlag().optional(),
  claimsExpression: z.string().optional(),
})

/** Keys by which a rule of type `jwt` is told to be one of a newer version. */
export const LOCAL_JWT_KEYS: readonly string[] = Object.keys(LocalJwtRuleSchema.shape)

export const AccessRuleSchema = strictMap(alike(noEffect('the answer is 403'), 'statusCode', 'responseCode'))

export const RateLimitRuleSchema = strictMap({
  unit: z.enum(['second', 'minute', 'hour']),
  requestsPerUnit: count(1, 1_000_000_000).schema,
  keyStrategy: strictMap({
    source: z.enum(['ip', 'header', 'cookie']).optional(),
    name: textBy(parseToken).optional(),
  }).optional(),
  burst: refused('the window slides, so no burst exceeds `requestsPerUnit`'),
  ...alike(refused('a client over the limit gets `Retry-After`'), 'banAfter', 'banDuration'),
})

export type RateLimitRule = z.output<typeof RateLimitRuleSchema>
export type AuthRequestRule = z.output<typeof AuthRequestRuleSchema>
export type ForwardAuthRule = z.output<typeof ForwardAuthRuleSchema>
export type LocalJwtRule = z.output<typeof LocalJwtRuleSchema>
