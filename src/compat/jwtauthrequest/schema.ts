/** The shape of a jwtauthrequest configuration, as its README shows it. */
import { parseAlgorithm, parseToken } from '../../settings/values/texts.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import { parseExactPath } from '../../settings/values/paths.ts'
import {
  flagSchema,
  listSchema,
  literalSchema,
  strictMap,
  textSchema,
  textList,
} from '../../settings/kinds/schema-leaf.ts'
import type { Output } from '../../settings/kinds/schema-leaf.ts'

export const ClientSchema = strictMap({
  endpoints: textList(parseExactPath).describe('paths that are answered'),
  name: textSchema().optional().describe('for logs'),
  'required-claims': textList().optional().describe('claims that must be present'),
  'allowed-algo': textList(parseAlgorithm).optional().describe('accepted algorithms'),
  'token-name': textSchema(parseToken).optional().describe('header or query parameter that holds the token'),
  'trim-prefix': literalSchema().optional().describe('removed from the front of the token'),
  audience: textList().optional().describe('accepted audiences'),
  HMAC: literalSchema().optional().describe('shared key'),
  debug: flagSchema().optional().describe('more logging'),
  issuer: textSchema().optional().describe('expected issuer, and where keys are found'),
})

export const JwtAuthRequestSchema = strictMap({
  'listen-port': textSchema(parseListenAddress).describe('address, `:8081`'),
  clients: listSchema(ClientSchema).describe('one for each policy'),
})

export type ClientConfig = Output<typeof ClientSchema>
export type JwtAuthRequestConfig = Output<typeof JwtAuthRequestSchema>
