import { describe, expect, it } from 'bun:test'
import { caddySnippet, type CaddySnippetOptions } from '../../../src/callers/caddy/snippet.ts'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../../src/syntax/override-fields.ts'

const OPTIONS: CaddySnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['x-auth-subject', 'X-Auth-Roles'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: undefined,
}
const certificate = { certFile: '/c.pem', keyFile: '/k.pem' }

const linesOf = (more: Partial<CaddySnippetOptions> = {}): readonly string[] =>
  caddySnippet({ ...OPTIONS, ...more })
    .split('\n')
    .map((line) => line.trim())

describe('caddySnippet', () => {
  it('removes every field about another request and every identity header before it asks, and nothing after', () => {
    const lines = linesOf()
    const asks = lines.indexOf('vars warder asking')
    const names = [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS]
    for (const name of [...names, 'X-Auth-Subject', 'X-Auth-Roles', 'X-Decision-Id', 'X-Decision-Reason']) {
      const place = lines.indexOf(`request_header -${name}`)
      expect([name, place >= 0 && place < asks]).toEqual([name, true])
    }
    expect(lines.slice(asks).filter((line) => line.startsWith('request_header -'))).toEqual([])
  })

  it('keeps the order of its lines with `route`, which Caddy would change otherwise', () => {
    const lines = linesOf()
    expect(lines.filter((line) => line.startsWith('route'))).toEqual(['route {'])
    expect(lines.indexOf('route {')).toBeLessThan(lines.indexOf('request_header -X-Auth-Subject'))
  })

  it('removes every name with another character than letters, digits and hyphens', () => {
    const patterns = linesOf().flatMap((line) => /^request_header "-\*(.)\*"$/.exec(line)?.[1] ?? [])
    // RFC 9110 §5.6.2.
    const signs = Array.from({ length: 94 }, (_, i) => String.fromCodePoint(33 + i)).filter(
      (sign) => !/[A-Za-z0-9"(),/:;<=>?@[\\\]{}-]/.test(sign),
    )
    expect([...patterns].toSorted()).toEqual(signs.toSorted())
  })

  it('writes an identity header from the decision alone, once', () => {
    const set = linesOf({ identityNames: ['X-Auth-Subject', 'x-auth-subject'] }).filter((line) =>
      /^request_header @\S+ X-Auth-Subject /.test(line),
    )
    expect(set).toEqual([
      'request_header @warder_identity_0 X-Auth-Subject {http.reverse_proxy.header.X-Auth-Subject}',
    ])
  })

  it('does without identity headers', () => {
    expect(linesOf({ identityNames: [] }).filter((line) => line.includes('warder_identity'))).toEqual([])
  })

  it('refuses a name that cannot be written (injection)', () => {
    for (const name of ['X-A {', 'X-A\n', '{env.HOME}', 'X_A', ''])
      expect(() => caddySnippet({ ...OPTIONS, identityNames: [name] })).toThrow(TypeError)
  })

  const sites: readonly (readonly [string, Partial<CaddySnippetOptions>, readonly string[]])[] = [
    ['every host without TLS', {}, ['http://:80 {']],
    ['every host with a certificate', { certificate }, ['https://:443 {', 'tls /c.pem /k.pem']],
    [
      'names, which get certificates',
      { serverNames: ['a.example', 'b.example'] },
      ['a.example, b.example {'],
    ],
    ['a name with a certificate', { serverNames: ['a.example'], certificate }, ['https://a.example {']],
    ['a name on a port', { serverNames: ['a.example'], listen: { port: 8080 } }, ['http://a.example:8080 {']],
    [
      'an address with a certificate',
      { serverNames: ['a.example'], listen: { host: '127.0.0.1', port: 8443 }, certificate },
      ['https://a.example:8443 {', 'bind 127.0.0.1'],
    ],
  ]
  for (const [what, more, expected] of sites) {
    it(`serves ${what}`, () => expect(linesOf(more)).toEqual(expect.arrayContaining([...expected])))
  }

  it('asks the next Warder if one cannot be reached', () => {
    const lines = linesOf({ decisions: ['unix:/run/w.sock', '10.0.0.2:9180'] })
    expect(lines).toContain('reverse_proxy unix//run/w.sock 10.0.0.2:9180 {')
    expect(lines).toContain('lb_policy first')
    expect(linesOf()).not.toContain('lb_policy first')
  })
})
