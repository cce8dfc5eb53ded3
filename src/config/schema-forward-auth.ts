/** The part of the schema that describes the auth service of a route. */
import { z } from 'zod'
import { parseAuthUrl } from '../settings/values/urls.ts'
import { parseSignIn } from '../settings/values/urls.ts'
import { parseCookiePattern, parseName, parseToken } from '../settings/values/texts.ts'
import { parseGrantedHeader } from '../settings/values/header-names.ts'
import { byteSize, durationMs, strictMap, text, textList, wholeNumber } from './schema-leaf.ts'

export const ForwardAuthSchema = strictMap({
  url: text(parseAuthUrl).describe('URL that is asked with GET; path and query are sent as written'),
  required_headers: textList(parseToken)
    .optional()
    .describe('headers without which a request is a 403, and the service is not asked; default none'),
  headers: z
    .record(text(parseToken), text(parseGrantedHeader))
    .optional()
    .describe('headers for the application: name in the answer of the service, name in the request'),
  params: z
    .record(text(parseToken), text(parseName))
    .optional()
    .describe('query parameters for the application: name in the answer of the service, name in the query'),
  allow_status: z
    .union([z.literal(200).transform((): '200' => '200'), z.enum(['200', '2xx'])])
    .optional()
    .describe('statuses that allow: 200 or 2xx; default 200'),
  send_headers: textList(parseToken)
    .optional()
    .describe('headers of the client that the service is sent; default: all that it can be sent'),
  timeout: durationMs(10, 60_000)
    .optional()
    .describe('longest time for the whole answer, connecting included; default 5s'),
  max_answer: byteSize(0, 64 * 1024 ** 2)
    .optional()
    .describe('largest body of an answer, which is dropped; a larger one is an error; default 1MiB'),
  ca_file: text()
    .optional()
    .describe('authorities that vouch for an https:// service, in place of the usual ones; PEM'),
  sign_in: text(parseSignIn)
    .optional()
    .describe(
      'where a 401 of the service sends a browser that opens a page: a URL, or a path of the same host; where it ends with `=`, the way back is appended; default: nowhere',
    ),
  answer_cookies: textList(parseCookiePattern)
    .optional()
    .describe(
      'cookies of the service that the client is given and the application is not, by name or as NAME*; default none',
    ),
  cache: strictMap({
    ttl: durationMs(100, 3_600_000).describe('longest time that an allow is remembered'),
    entries: wholeNumber(1, 10_000_000).optional().describe('most allows remembered; default 10000'),
  })
    .optional()
    .describe('remembers allows, as long as the Cache-Control of the service lets it; default: not at all'),
}).describe('an external service that judges the requests of this route; only the gateway asks it')

export type ForwardAuthConfig = z.output<typeof ForwardAuthSchema>
