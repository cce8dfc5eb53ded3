/** The shape of a jwtauthrequest configuration, as its README shows it. */
import { parseAlgorithm, parseToken } from '../../settings/values/texts.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import { parseExactPath } from '../../settings/values/paths.ts'
import { flag, listOf, literalText, strictMap, text, textList } from '../../config/schema-leaf.ts'
import type { Output } from '../../config/schema-leaf.ts'

export const ClientSchema = strictMap({
  endpoints: textList(parseExactPath).describe('paths that are answered'),
  name: text().optional().describe('for logs'),
  'required-claims': textList().optional().describe('claims that must be present'),
  'allowed-algo': textList(parseAlgorithm).optional().describe('accepted algorithms'),
  'token-name': text(parseToken).optional().describe('header or query parameter that holds the token'),
  'trim-prefix': literalText().optional().describe('removed from the front of the token'),
  audience: textList().optional().describe('accepted audiences'),
  HMAC: literalText().optional().describe('shared key'),
  debug: flag().optional().describe('more logging'),
  issuer: text().optional().describe('expected issuer, and where keys are found'),
})

export const JwtAuthRequestSchema = strictMap({
  'listen-port': text(parseListenAddress).describe('address, `:8081`'),
  clients: listOf(ClientSchema).describe('one for each policy'),
})

export type ClientConfig = Output<typeof ClientSchema>
export type JwtAuthRequestConfig = Output<typeof JwtAuthRequestSchema>
