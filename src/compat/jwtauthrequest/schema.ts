/** The shape of a jwtauthrequest configuration, as its README shows it. */
import { z } from 'zod'
import { atLeastOne, texts } from '../../settings/kinds/collections.ts'
import { strictMap } from '../../settings/kinds/section.ts'
import { text, textBy } from '../../settings/kinds/values.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import { parseExactPath } from '../../settings/values/paths.ts'
import { parseAlgorithm, parseToken } from '../../settings/values/texts.ts'

export const ClientSchema = strictMap({
  endpoints: texts('list', { parse: parseExactPath }).schema.describe('paths that are answered'),
  name: text().schema.optional().describe('for logs'),
  'required-claims': texts().schema.optional().describe('claims that must be present'),
  'allowed-algo': texts('list', { parse: parseAlgorithm }).schema.optional().describe('accepted algorithms'),
  'token-name': textBy(parseToken).optional().describe('header or query parameter that holds the token'),
  'trim-prefix': z.string().optional().describe('removed from the front of the token'),
  audience: texts().schema.optional().describe('accepted audiences'),
  HMAC: z.string().optional().describe('shared key'),
  debug: z.boolean().optional().describe('more logging'),
  issuer: text().schema.optional().describe('expected issuer, and where keys are found'),
})

export const JwtAuthRequestSchema = strictMap({
  'listen-port': textBy(parseListenAddress).describe('address, `:8081`'),
  clients: atLeastOne(ClientSchema).describe('one for each policy'),
})

export type ClientConfig = z.output<typeof ClientSchema>
export type JwtAuthRequestConfig = z.output<typeof JwtAuthRequestSchema>
