/** The part of the schema that describes rate limits: of listeners, routes and upstreams. */
import { z } from 'zod'
import { parseToken } from '../settings/values/texts.ts'
import { parseCountedHeader, parseIdentityHeader } from '../settings/values/header-names.ts'
import { durationMs, listOf, strictMap, text, wholeNumber } from './schema-leaf.ts'

const DAY_MS = 86_400_000

const KeySchema = strictMap({
  identity: text(parseIdentityHeader).optional().describe('value of an identity header that Warder sets'),
  header: text(parseCountedHeader).optional().describe('value of a header that the client sends'),
  cookie: text(parseToken).optional().describe('value of a cookie that the client sends'),
})

const OneSchema = strictMap({
  requests: wholeNumber(1, 1_000_000_000).describe('most requests of one client'),
  per: durationMs(1_000, DAY_MS).describe('within this time'),
  by: z
    .union([z.literal('address'), KeySchema])
    .optional()
    .describe('whom requests are counted for; default: the address of the client'),
})

/** One limit or several, always a list afterwards. */
export const RateLimitSchema = z.union([
  OneSchema.transform((limit): readonly RateLimitConfig[] => [limit]),
  listOf(OneSchema),
])

export type RateLimitConfig = z.output<typeof OneSchema>
