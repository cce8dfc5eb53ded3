/** What every probe has. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'bun:test'
import { nginxSnippet } from '../../../src/callers/nginx/snippet.ts'
import { PROXIES } from '../../../src/callers/callers.ts'
import { requestBytes } from '../../../src/cli/doctor/asking/asked-request.ts'
import { fixLines } from '../../../src/cli/doctor/probes/fix.ts'
import { PROBES } from '../../../src/cli/doctor/probes/probes.ts'
import { KNOWN_PROXIES, proxyFamily, recogniseProxy } from '../../../src/cli/doctor/site/proxy-name.ts'
import { overHttp2 } from '../../../src/cli/doctor/run-probes.ts'
import { answer, ECHO, exchange, makeSite } from './judging.ts'

const PAGE = readFileSync(`${import.meta.dir}/../../../docs/doctor.md`, 'utf8')
const DOC = PAGE.slice(PAGE.indexOf('## The probes'))
const TOKEN = `${Buffer.from('{"alg":"RS256","kid":"k"}').toString('base64url')}.${Buffer.from('{"sub":"alice","scope":"read"}').toString('base64url')}.c2lnbmF0dXJl`
const SITE = makeSite({ token: TOKEN })

describe('the probes', () => {
  it('are listed in docs/doctor.md, in the same order, with those that HTTP/2 has', () => {
    const rows = [...DOC.matchAll(/^\| `([a-z0-9-]+)`( ²)? \| /gm)]
    expect(rows.map(([, name]) => name)).toEqual(PROBES.map(({ name }) => name))
    const marked = rows.filter(([, , mark]) => mark !== undefined).map(([, name]) => `${name}-http2`)
    expect(marked).toEqual(overHttp2(PROBES).map(({ name }) => name))
  })

  for (const { name, means, fix, requests } of PROBES) {
    it(`${name}: says what it means and what to change`, () => {
      expect(means).toMatch(/\.$/)
      for (const line of Object.values(fix)) expect(line).toMatch(/\S{2,}/)
    })

    it(`${name}: its requests have labels without a token, and different bytes`, () => {
      const all = requests(SITE)
      expect(all.length).toBeGreaterThan(0)
      for (const { label } of all) expect([label.length > 0, label.includes(TOKEN)]).toEqual([true, false])
      const bytes = all.map((request) => requestBytes(request, 'api.example.com'))
      // Only the probe of bodies repeats requests, on purpose.
      if (name !== 'desync') expect(new Set(bytes).size).toBe(bytes.length)
    })
  }

  it('send the accepted token with a body only to an echo', () => {
    const carries = (site: typeof SITE): readonly string[] =>
      PROBES.flatMap(({ requests }) => requests(site))
        .filter(({ fields, body }) => body !== undefined && fields.some(([, value]) => value.includes(TOKEN)))
        .map(({ method }) => method)
    expect(carries(SITE)).toEqual([])
    const echo = exchange(answer(200, ECHO), true)
    expect(new Set(carries({ ...SITE, hasEcho: true, allowed: echo }))).toEqual(new Set(['POST']))
  })

  it('send the accepted token with methods that change nothing', () => {
    const methods = PROBES.flatMap(({ requests }) => requests(SITE))
      .filter(({ fields }) => fields.some(([, value]) => value === `Bearer ${TOKEN}`))
      .map(({ method }) => method.toUpperCase())
    expect(new Set(methods)).toEqual(new Set(['GET', 'TRACE', 'DOCTOR']))
  })
})

describe('the proxy', () => {
  it('has lines of its own, of its family, or general ones', () => {
    const cases = [
      ['nginx', 'nginx'],
      ['envoy-grpc', 'envoy'],
      ['istio', undefined],
      ['nginxlike', undefined],
    ] as const
    for (const [name, family] of cases) expect(proxyFamily(name)).toBe(family)
  })

  it('may be every one that has a snippet', () => {
    for (const { name } of PROXIES) expect(KNOWN_PROXIES).toContain(name)
  })

  const servers: readonly (readonly [fields: Readonly<Record<string, string>>, name: string | undefined])[] =
    [
      [{ Server: 'nginx/1.22.1' }, 'nginx'],
      [{ Server: 'openresty' }, 'nginx'],
      [{ Server: 'Caddy' }, 'caddy'],
      [{ Server: 'istio-envoy' }, 'envoy'],
      [{ Server: 'Apache/2.4' }, 'apache'],
      [{ 'X-Decision-Id': '1' }, 'gateway'],
      [{ 'X-Decision-Id': '1', 'X-Decision-Reason': 'no_route' }, undefined],
      [{ Server: 'app/nginx' }, undefined],
    ]
  for (const [fields, name] of servers)
    it(`is ${name} by ${JSON.stringify(fields)}`, () =>
      expect(recogniseProxy([answer(200), answer(200, fields)])).toBe(name as never))
})

describe('the lines for nginx', () => {
  const snippet = nginxSnippet({
    decisions: ['127.0.0.1:9180'],
    identityNames: ['X-Auth-Subject'],
    upstream: 'http://127.0.0.1:8000',
    serverName: '_',
    listen: '80',
  })
  // Statements come first; after three spaces, the place and what else there is to know follow.
  const statements = PROBES.flatMap(
    ({ fix }) => (fix.nginx ?? '').split('   ')[0]?.match(/[a-z_]+ [^;{]*;/g) ?? [],
  )
  it('are those of the printed text', () => {
    expect(statements.length).toBeGreaterThan(10)
    for (const statement of statements.filter((one) => !one.includes('{')))
      expect(snippet).toContain(statement.trim())
  })
})

describe('the lines to change', () => {
  const fix = { general: 'remove {field}', nginx: 'set {field} ${variable};', caddy: 'off' }
  const cases: readonly (readonly [Parameters<typeof fixLines>, readonly string[]])[] = [
    [
      [
        { general: 'remove {field}' },
        undefined,
        ['X-Auth-Subject', 'X-Auth-Roles', 'x-auth-subject', 'X_AUTH_SUBJECT'],
      ],
      ['remove X-Auth-Subject', 'remove X-Auth-Roles'],
    ],
    [[fix, 'nginx', ['X-Auth-Subject']], ['set X-Auth-Subject $x_auth_subject;']],
    [[fix, 'nginx', ['X_Auth_Subject', 'X.Auth.Subject']], ['set X-Auth-Subject $x_auth_subject;']],
    [
      [fix, undefined, ['A', 'B']],
      ['remove A', 'remove B'],
    ],
    [[fix, 'traefik', ['A']], ['remove A']],
    [[fix, 'caddy', ['A', 'B']], ['off']],
    [
      [fix, undefined, ['A', 'B', 'C', 'D', 'E', 'F']],
      ['remove A', 'remove B', 'remove C', 'remove D', '… and the same for 2 more'],
    ],
  ]
  for (const [given, lines] of cases)
    it(`of ${given[1] ?? 'an unknown proxy'} for ${given[2].join(', ')}`, () =>
      expect(fixLines(...given)).toEqual([...lines]))
})
