/** The part of the schema that describes what browsers are told about pages of other origins. */
import { parseMethod, parseToken } from '../settings/values/texts.ts'
import { parseOrigin } from '../settings/values/origin.ts'
import { durationMs, flag, strictMap, textList, textListOrNone } from './schema-leaf.ts'
import type { Output } from './schema-leaf.ts'

const DAY_MS = 86_400_000

export const CorsSchema = strictMap({
  origins: textList(parseOrigin).describe(
    'origins of pages: https://app.example.com, https://*.example.com or *',
  ),
  methods: textList(parseMethod)
    .optional()
    .describe('methods that their scripts may use; default: those of the route, else all usual ones'),
  headers: textListOrNone(parseToken)
    .optional()
    .describe('request headers that they may set, [] none; default Authorization and Content-Type'),
  expose: textListOrNone(parseToken)
    .optional()
    .describe('answer headers that they may read, [] none; default X-Decision-Id and X-Decision-Reason'),
  credentials: flag().optional().describe('whether browsers may send cookies along; default false'),
  max_age: durationMs(0, DAY_MS)
    .optional()
    .describe('how long a browser may remember what was allowed; default 10m'),
})

export type CorsConfig = Output<typeof CorsSchema>
