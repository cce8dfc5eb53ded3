/** The rules of Goma's middlewares, by type. */
import { parseAlgorithm, parseToken } from '../../../settings/values/texts.ts'
import {
  anything,
  literalSchema,
  optionalList,
  strictMap,
  plainText,
  textSchema,
  textMap,
  wordOf,
  wholeNumber,
} from '../../../settings/kinds/schema-leaf.ts'
import type { Output } from '../../../settings/kinds/schema-leaf.ts'
import { ok } from '../../../result.ts'
import { gomaFlag, orEmpty } from '../leaf.ts'
import { noEffect, notedKeys, refused } from '../noted-keys.ts'

/** Of type `jwt`, as the document has it: an auth service is asked. */
export const AuthRequestRuleSchema = strictMap({
  url: plainText().describe('URL of the auth service'),
  requiredHeaders: optionalList(textSchema(parseToken)),
  headers: textMap().optional(),
  params: textMap().optional(),
})

const VERIFIED = 'certificates are always verified; give the auth service a valid one'
const HOST = 'the service gets the host as X-Forwarded-Host'

export const FORWARD_AUTH_NOTES = {
  insecureSkipVerify: noEffect(VERIFIED),
  skipInsecureVerify: noEffect(VERIFIED),
  forwardHostHeaders: noEffect(HOST),
  enableHostForwarding: noEffect(HOST),
}

export const ForwardAuthRuleSchema = strictMap({
  authUrl: plainText().optional().describe('URL of the auth service'),
  url: plainText().optional(),
  authRequestHeaders: optionalList(textSchema(parseToken)),
  authResponseHeaders: optionalList(plainText()),
  authResponseHeadersAsParams: optionalList(plainText()),
  addAuthCookiesToResponse: optionalList(textSchema(parseToken)),
  authSignIn: textSchema(ok<string>)
    .optional()
    .describe('where a browser logs in'),
  ...notedKeys(FORWARD_AUTH_NOTES),
})

/** Of type `jwtAuth`, and of `jwt` in newer versions: tokens are verified here. */
export const LocalJwtRuleSchema = strictMap({
  secret: anything(),
  publicKey: literalSchema().optional(),
  jwksUrl: literalSchema().optional(),
  jwksFile: literalSchema().optional(),
  algorithms: optionalList(textSchema(parseAlgorithm)),
  alg: orEmpty(parseAlgorithm),
  algo: orEmpty(parseAlgorithm),
  issuer: orEmpty(ok<string>),
  audience: orEmpty(ok<string>),
  forwardHeaders: textMap().optional(),
  forwardAuthorization: gomaFlag().optional(),
  claimsExpression: literalSchema().optional(),
})

/** Keys by which a rule of type `jwt` is told to be one of a newer version. */
export const LOCAL_JWT_KEYS: readonly string[] = Object.keys(LocalJwtRuleSchema.shape)

export const ACCESS_NOTES = {
  statusCode: noEffect('the answer is 403'),
  responseCode: noEffect('the answer is 403'),
}
export const AccessRuleSchema = strictMap(notedKeys(ACCESS_NOTES))

export const RATE_LIMIT_NOTES = {
  burst: refused('the window slides, so no burst exceeds `requestsPerUnit`'),
  banAfter: refused('a client over the limit gets `Retry-After`'),
  banDuration: refused('a client over the limit gets `Retry-After`'),
}

export const RateLimitRuleSchema = strictMap({
  unit: wordOf('second', 'minute', 'hour'),
  requestsPerUnit: wholeNumber(1, 1_000_000_000),
  keyStrategy: strictMap({
    source: wordOf('ip', 'header', 'cookie').optional(),
    name: textSchema(parseToken).optional(),
  }).optional(),
  ...notedKeys(RATE_LIMIT_NOTES),
})

export type RateLimitRule = Output<typeof RateLimitRuleSchema>
export type AuthRequestRule = Output<typeof AuthRequestRuleSchema>
export type ForwardAuthRule = Output<typeof ForwardAuthRuleSchema>
export type LocalJwtRule = Output<typeof LocalJwtRuleSchema>
