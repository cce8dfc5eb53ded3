import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask, type RawRequest } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway, startRawUpstream, type GatewayText } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Header = readonly [name: string, value: string]

/** What the application receives of a request. */
async function received(request: RawRequest, text: GatewayText = {}) {
  const app = await startRawUpstream(cleanup)
  const gateway = await runGateway(gatewayConfig([app.url], text), cleanup)
  const answer = await ask(gateway.port, { target: '/public/', ...request })
  const [first] = app.received
  return { answer, first, bytes: app.bytes(), values: (name: string) => first?.values(name) ?? [], app }
}

const TOKEN = mint({ scope: 'orders:read' })
const AUTHORIZATION: Header = ['Authorization', `Bearer ${TOKEN}`]
const ORDER = '/orders/1'

describe('an identity header of the client', () => {
  const spellings = [
    'X-Auth-Subject',
    'x-auth-subject',
    'X_AUTH_SUBJECT',
    'X-Auth_Subject',
    'X.Auth.Subject',
    'x~auth~subject',
    'X-Decision-Id',
    'X_Decision_Reason',
    'X-Forwarded-User',
    'X_Forwarded_For',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X_Rewrite_Url',
    'X-Real-IP',
  ]
  for (const name of spellings) {
    for (const target of ['/public/', ORDER]) {
      it(`never reaches the application: ${name} on ${target}`, async () => {
        const { first, bytes } = await received({ target, headers: [AUTHORIZATION, [name, 'root']] })
        expect(first?.target).toBe(target)
        expect(bytes).not.toContain('root')
      })
    }
  }

  it('cannot be brought by, or removed through, Connection', async () => {
    const headers: readonly Header[] = [
      AUTHORIZATION,
      ['Connection', 'close, X-Auth-Subject, X-Forwarded-For, Host, X-Mine'],
      ['X-Mine', '1'],
      ['X-Auth-Subject', 'root'],
    ]
    const { values } = await received({ target: ORDER, headers })
    expect(values('x-auth-subject')).toEqual(['alice'])
    expect(values('x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(values('host')).toEqual(['api.example.com'])
    expect(values('x-mine')).toEqual([])
    expect(values('connection')).toEqual([])
  })
})

describe('a header of the connection', () => {
  const headers: readonly Header[] = [
    ['Keep-Alive', 'timeout=9'],
    ['Proxy-Connection', 'keep-alive'],
    ['TE', 'gzip'],
    ['Trailer', 'X-Auth-Subject'],
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'AAMAAABk'],
    ['Proxy-Authorization', 'Basic cm9vdDpyb290'],
  ]
  for (const [name, value] of headers) {
    it(`goes no further: ${name}`, async () => {
      const { values, first } = await received({
        headers: [
          [name, value],
          ['Connection', 'Upgrade, HTTP2-Settings'],
        ],
      })
      expect(first).toBeDefined()
      expect(values(name)).toEqual([])
    })
  }
})

describe('what CGI servers take for something else', () => {
  for (const name of [
    'Proxy',
    'Transfer_Encoding',
    'Content_Length',
    'Content.Length',
    'Proxy_Authorization',
  ]) {
    it(`does not reach the application: ${name} (httpoxy, smuggling)`, async () => {
      const { first, bytes } = await received({ headers: [[name, 'planted']] })
      expect(first?.target).toBe('/public/')
      expect(bytes).not.toContain('planted')
    })
  }
})

describe('what the application is sent about the way', () => {
  it('comes from the socket, whatever a client sends', async () => {
    const { values } = await received({
      headers: [
        ['X-Forwarded-For', '1.2.3.4'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'evil.example'],
        ['Forwarded', 'for=1.2.3.4'],
      ],
    })
    expect(values('x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(values('x-forwarded-proto')).toEqual(['http'])
    expect(values('x-forwarded-host')).toEqual(['api.example.com'])
    expect(values('forwarded')).toEqual(['for=127.0.0.1;host=api.example.com;proto=http'])
  })

  it('is added to the fields of a trusted proxy', async () => {
    const text = { listen: 'trusted_proxies: [127.0.0.0/8]' }
    const headers: readonly Header[] = [
      ['X-Forwarded-For', '1.2.3.4'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'shop.example'],
      ['X-Forwarded-Port', '443'],
      ['X_Forwarded_Port', '1'],
      ['Forwarded', 'for=1.2.3.4'],
    ]
    const { values, bytes } = await received({ headers }, text)
    expect(values('x-forwarded-for')).toEqual(['1.2.3.4, 127.0.0.1'])
    expect(values('x-forwarded-proto')).toEqual(['https'])
    expect(values('x-forwarded-host')).toEqual(['shop.example'])
    expect(values('x-forwarded-port')).toEqual(['443'])
    expect(values('forwarded')).toEqual(['for=1.2.3.4, for=127.0.0.1;host=api.example.com;proto=http'])
    expect(bytes).not.toContain('X_Forwarded')
  })

  const chains: readonly (readonly [
    what: string,
    listen: string,
    chain: string | undefined,
    realIp: string,
  ])[] = [
    ['of the socket', '', undefined, '127.0.0.1'],
    ['of the socket, whatever a client says', '', '1.2.3.4', '127.0.0.1'],
    ['of the proxy, where it says nothing', 'trusted_proxies: [127.0.0.0/8]', undefined, '127.0.0.1'],
    ['that a trusted proxy saw', 'trusted_proxies: [127.0.0.0/8]', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
    [
      'before two trusted proxies',
      'trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]',
      '1.2.3.4, 10.0.0.1',
      '1.2.3.4',
    ],
    ['in IPv6, whole', 'trusted_proxies: [127.0.0.0/8]', '2001:db8::1:2', '2001:db8::1:2'],
    ['without its port', 'trusted_proxies: [127.0.0.0/8]', '1.2.3.4:5678', '1.2.3.4'],
    ['of the proxy that said what is no address', 'trusted_proxies: [127.0.0.0/8]', 'root', '127.0.0.1'],
  ]
  for (const [what, listen, chain, realIp] of chains) {
    it(`has as X-Real-IP the address ${what}`, async () => {
      const headers: readonly Header[] = [
        ['X-Real-IP', '6.6.6.6'],
        ...(chain === undefined ? [] : [['X-Forwarded-For', chain] as const]),
      ]
      const { values, bytes } = await received({ headers }, listen === '' ? {} : { listen })
      expect(values('x-real-ip')).toEqual([realIp])
      expect(bytes).not.toContain('6.6.6.6')
    })
  }

  it('is not added to for a proxy outside the list', async () => {
    const { values } = await received(
      { headers: [['X-Forwarded-For', '1.2.3.4']] },
      { listen: 'trusted_proxies: [10.0.0.0/8, "::1"]' },
    )
    expect(values('x-forwarded-for')).toEqual(['127.0.0.1'])
  })

  it('has the Host of the client, or of the server if the upstream rewrites it', async () => {
    const kept = await received({ host: 'API.example.com:80' })
    expect(kept.values('host')).toEqual(['API.example.com:80'])
    const rewritten = await received({}, { upstream: 'host: upstream' })
    expect(rewritten.values('host')).toEqual([`127.0.0.1:${rewritten.app.port}`])
    expect(rewritten.values('x-forwarded-host')).toEqual(['api.example.com'])
  })
})

describe('the token', () => {
  const sources = '[{ header: Authorization }, { header: X-Token }, { cookie: at }, { query: at }]'
  const inCookie: Header = ['Cookie', `a=1; at=${TOKEN};  b="2;at"; c`]

  it('stays in a header by default', async () => {
    const { values } = await received({ target: ORDER, headers: [AUTHORIZATION] }, { sources })
    expect(values('authorization')).toEqual([`Bearer ${TOKEN}`])
  })

  it('keeps a header that it must keep, and another scheme', async () => {
    const text = { sources, upstream: 'strip_token: true' }
    const plain = await received({ target: ORDER, headers: [AUTHORIZATION, ['X-Token', TOKEN]] }, text)
    expect(plain.bytes).not.toContain(TOKEN)
    const basic: Header = ['Authorization', 'Basic YTpi']
    const other = await received({ target: ORDER, headers: [basic, ['X-Token', TOKEN]] }, text)
    expect(other.values('authorization')).toEqual(['Basic YTpi'])
    expect(other.bytes).not.toContain(TOKEN)
  })

  it('leaves a header under each of the schemes that it may have', async () => {
    const both = '[{ header: Authorization, scheme: Bearer }, { header: Authorization, scheme: DPoP }]'
    const { bytes, first } = await received(
      { target: ORDER, headers: [AUTHORIZATION] },
      { sources: both, upstream: 'strip_token: true' },
    )
    expect(first).toBeDefined()
    expect(bytes).not.toContain(TOKEN)
  })

  it('leaves cookies, and every other cookie stays as it was', async () => {
    const { values, bytes } = await received({ target: ORDER, headers: [inCookie] }, { sources })
    expect(values('cookie')).toEqual(['a=1;  b="2;at"; c'])
    expect(bytes).not.toContain(TOKEN)
    const alone = await received({ target: ORDER, headers: [['Cookie', `at=${TOKEN}`]] }, { sources })
    expect(alone.first).toBeDefined()
    expect(alone.values('cookie')).toEqual([])
  })

  const queries: readonly (readonly [string, string])[] = [
    [`?at=${TOKEN}`, ''],
    [`?a=%20&at=${TOKEN}&b='c'`, "?a=%20&b='c'"],
    [`?at=${TOKEN}&&xat=1&at`, '?&xat=1'],
    [`?a+b=c&at=${TOKEN}&at=${TOKEN}`, '?a+b=c'],
    [`?a=b&%61t=${TOKEN}&at=${TOKEN}`, '?a=b'],
  ]
  for (const [sent, kept] of queries) {
    it(`leaves the query, and every other byte stays: ${kept}`, async () => {
      const { first } = await received({ target: ORDER + sent }, { sources })
      expect(first?.target).toBe(ORDER + kept)
    })
  }

  it('stays everywhere if the setting asks for it', async () => {
    const { bytes } = await received(
      { target: ORDER, headers: [inCookie] },
      { sources, upstream: 'strip_token: false' },
    )
    expect(bytes).toContain(inCookie[1])
  })
})
