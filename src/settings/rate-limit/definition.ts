/** How many requests one client may send: to a listener, through a route, to an upstream. */
import { z } from 'zod'
import { oneOrMore } from '../kinds/collections.ts'
import { escape, type Checked, type Kind, type Setting, type Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { count, duration, text } from '../kinds/values.ts'
import { parseCountedHeader, parseIdentityHeader } from '../values/header-names.ts'
import { parseToken } from '../values/texts.ts'

const DAY_MS = 86_400_000

/**
 * What requests are counted by. What is absent, or in doubt, is counted by address.
 *
 * - `address`: the client's; of IPv6 its network of 64 bits. The default.
 * - `identity`: value of an identity header that Warder sets for this request.
 * - `header`, `cookie`: value that the client sends, and so may choose.
 */
export type RateKey =
  | { readonly kind: 'address' }
  | { readonly kind: 'identity' | 'header' | 'cookie'; readonly name: string }

export const RATE_KEY = section({
  identity: optional(
    text('header name', parseIdentityHeader),
    'Count by the value of an identity header that Warder sets for this request: from a policy, an auth service or `user_header`.',
  ),
  header: optional(
    text('header name', parseCountedHeader),
    'Count by the value of a request header; a warning, because the client chooses it.',
  ),
  cookie: optional(
    text('cookie name', parseToken),
    'Count by the value of a cookie; a warning, because the client chooses it.',
  ),
})

/** The cross-checks saw that a map has exactly one key. */
const by: Kind<'address' | Checked<typeof RATE_KEY>, RateKey, ''> = {
  ...RATE_KEY,
  schema: z.union([z.literal('address'), RATE_KEY.schema]),
  type: '`address`, or a map',
  read(key) {
    const [kind, name] = key === 'address' ? [] : (Object.entries(key)[0] ?? [])
    return kind === 'identity' || kind === 'header' || kind === 'cookie'
      ? { kind, name: name ?? '' }
      : { kind: 'address' }
  },
  write: (key) => (key.kind === 'address' ? 'address' : { [key.kind]: escape(key.name) }),
}

export const RATE_LIMIT = section({
  requests: required(count(1, 1_000_000_000), 'Most requests of one client.'),
  per: required(duration(1_000, DAY_MS), 'Length of the sliding window.'),
  by: withDefault(
    by,
    'address',
    "What requests are counted by: the client's address, or one of the keys below.",
  ),
})

/** One limit or several, always a list afterwards. */
export const rateLimits = (doc: string): Setting<typeof RATE_LIMITS, 'optional'> =>
  optional(RATE_LIMITS, doc, { absent: 'no limit' })

const RATE_LIMITS = oneOrMore(RATE_LIMIT, 'map, or a list of them')

export type RateLimitConfig = Checked<typeof RATE_LIMIT>
export type RateLimitSettings = Value<typeof RATE_LIMIT>
