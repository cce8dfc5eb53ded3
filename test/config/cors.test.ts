import { describe, expect, it } from 'bun:test'
import { showConfig } from '../../src/config/show-config.ts'
import { describeBroken, type Case } from './broken-cases.ts'
import { ISSUER, loadGood } from './load-text.ts'

/** The route is line 6, the upstream line 7. */
const withCors = (
  cors: string,
  route = ', upstream: app',
  upstream = '',
): string => `${ISSUER}routes: [{ match: { method: [GET, PUT] }, access: public${route}, cors: ${cors} }]
upstreams: { app: { servers: ["http://127.0.0.1:1"]${upstream} } }
listen: { gateway: ":8080" }
`

describe('what browsers learn about other origins', () => {
  it('has defaults, and the methods of the route', async () => {
    const { settings } = await loadGood(withCors('{ origins: https://app.example.com }'))
    expect(settings.routes[0]?.cors).toEqual({
      origins: ['https://app.example.com'],
      methods: ['GET', 'PUT'],
      headers: ['Authorization', 'Content-Type'],
      expose: ['X-Decision-Id', 'X-Decision-Reason'],
      credentials: false,
      maxAgeMs: 600_000,
    })
  })

  it('is shown as a configuration that loads to the same settings', async () => {
    const cors =
      '{ origins: ["https://*.example.com", "http://[::1]:3000"], methods: GET, headers: X-A, expose: X-B, credentials: true, max_age: 1h }'
    const { settings } = await loadGood(
      withCors(cors, ', upstream: app', ', intercept_errors: [404, "500", 5xx]'),
    )
    expect(settings.upstreams[0]?.interceptErrors).toEqual([404, 500, '5xx'])
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })
})

const origin = (text: string): string => withCors(`{ origins: ${text} }`)

const BROKEN: readonly Case[] = [
  ['no origins', withCors('{}'), 'ERR_CONFIG_MISSING_KEY', '6:74', 'origins'],
  ['a path', origin('https://a.example/x'), 'ERR_CONFIG_VALUE', '6:91', 'origin'],
  ['a final slash', origin('https://a.example/'), 'ERR_CONFIG_VALUE', '6:91', 'origin'],
  ['upper case', origin('https://A.example'), 'ERR_CONFIG_VALUE', '6:91', 'lower case'],
  ['the usual port', origin('https://a.example:443'), 'ERR_CONFIG_VALUE', '6:91', ':443'],
  ['no scheme', origin('a.example'), 'ERR_CONFIG_VALUE', '6:91', 'origin'],
  ['null', origin('"null"'), 'ERR_CONFIG_VALUE', '6:91', 'sandboxed'],
  ['a star within', origin('https://a.*.example'), 'ERR_CONFIG_VALUE', '6:91', 'origin'],
  [
    'all with credentials',
    withCors('{ origins: "*", credentials: true }'),
    'ERR_CONFIG_VALUE',
    '6:109',
    'credentials',
  ],
  ['all beside one', origin('["*", "https://a.example"]'), 'ERR_CONFIG_VALUE', '6:91', '*'],
  [
    'a status that is no error',
    withCors('{ origins: "*" }', ', upstream: app', ', intercept_errors: [200]'),
    'ERR_CONFIG_RANGE',
    '7:73',
    '400',
  ],
]

describeBroken('cors', BROKEN)
