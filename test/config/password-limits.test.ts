import { describe, expect, it } from 'bun:test'
import { loadGood } from './load-text.ts'

const LIMIT = 'rate_limit: { requests: 600, per: 1m }'
const BY_IDENTITY = 'rate_limit: { requests: 600, per: 1m, by: { identity: X-User } }'
const BASIC = 'basic_auth: { users: { alice: { password: a-long-one } }, user_header: X-User }'

interface Text {
  readonly route?: string
  readonly upstream?: string
  readonly listen?: string
}

const config = ({
  route = BASIC,
  upstream = '',
  listen = '{ address: ":8080" }',
}: Text): string => `version: 1
routes: [{ match: {}, upstream: app, ${route} }]
upstreams: { app: { servers: ["http://10.0.0.5:8000"]${upstream} } }
listen: { gateway: ${listen} }
`

/** What a configuration has, and whether it is warned about. */
const CASES: readonly (readonly [what: string, text: Text, isWarned: boolean])[] = [
  ['no limit', {}, true],
  [
    'no limit of a judge among several',
    { route: `all_of: [{ ${BASIC} }, { forward_auth: { url: "http://10.0.0.9/" } }]` },
    true,
  ],
  ['a limit of the route', { route: `${BASIC}, ${LIMIT}` }, false],
  ['a limit of the route by identity alone', { route: `${BASIC}, ${BY_IDENTITY}` }, true],
  ['a limit of the upstream', { upstream: `, ${LIMIT}` }, false],
  ['a limit of the listener', { listen: `{ address: ":8080", ${LIMIT} }` }, false],
  ['a limit of one of two listeners', { listen: `[{ address: ":8080", ${LIMIT} }, ":8081"]` }, true],
  [
    'a limit of the listener that does not only redirect',
    { listen: `[{ address: ":8080", redirect: "https:8443" }, { address: ":8443", ${LIMIT} }]` },
    false,
  ],
  ['no password', { route: 'access: public' }, false],
]

describe('passwords with', () => {
  for (const [what, text, isWarned] of CASES)
    it(`${what} are ${isWarned ? '' : 'not '}a warning`, async () => {
      const { warnings } = await loadGood(config(text))
      const codes = warnings.map(({ code }) => code)
      expect(codes.includes('WARN_CONFIG_PASSWORDS_UNLIMITED')).toBe(isWarned)
    })
})
