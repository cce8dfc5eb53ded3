/** What browsers may do from pages of other origins. */
import { distinct, texts } from '../kinds/collections.ts'
import type { Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { duration, offByDefault } from '../kinds/values.ts'
import { parseOrigin } from '../values/origin.ts'
import { parseMethod, parseToken } from '../values/texts.ts'

const DAY_MS = 86_400_000
const headers = texts('list of header names', { parse: parseToken, mayBeEmpty: true })

export const CORS = section({
  origins: required(
    distinct(texts('list of origins', { parse: parseOrigin })),
    'Allowed origins: `https://app.example.com`, `https://*.example.com` for all its subdomains, or `*` alone.',
  ),
  methods: optional(texts('list of methods', { parse: parseMethod }), 'Methods that scripts may use.', {
    absent: 'those of the route, else `GET` `HEAD` `POST` `PUT` `PATCH` `DELETE`',
  }),
  headers: withDefault(
    headers,
    ['Authorization', 'Content-Type'],
    'Request headers that scripts may set; `[]` allows only the CORS-safelisted ones.',
  ),
  expose: withDefault(
    headers,
    ['X-Decision-Id', 'X-Decision-Reason'],
    'Answer headers that scripts may read; `[]` allows only the CORS-safelisted ones.',
  ),
  credentials: offByDefault('Let browsers send cookies; not with `*`.'),
  max_age: withDefault(
    duration(0, DAY_MS),
    '10m',
    'How long a browser may remember the answer to a preflight.',
  ),
})

/** Methods of a route that names none. */
const USUAL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

export const corsMethods = (routeMethods: readonly string[]): readonly string[] =>
  routeMethods.length === 0 ? USUAL_METHODS : routeMethods

export interface CorsSettings extends Value<typeof CORS> {
  readonly methods: readonly string[]
}
