import { describe, expect, it } from 'bun:test'
import { compileTrusted } from '../../../src/gateway/client/client-address.ts'
import { readClientRequest } from '../../../src/gateway/client/client-request.ts'
import { clientOf, rateKeyOf } from '../../../src/gateway/limits/rate-key.ts'
import { parseRequestHead } from '../../../src/gateway/http/request-head.ts'
import type { RateKey } from '../../../src/settings/rate-limit/definition.ts'

const isTrusted = compileTrusted(['10.0.0.0/8', 'fd00::/8'])

describe('the client that a request is counted for', () => {
  const CLIENTS: readonly (readonly [what: string, forwardedFor: string, client: string])[] = [
    ['the peer', '192.0.2.1', '192.0.2.1'],
    ['the last that no trusted proxy has', '6.6.6.6, 192.0.2.1, 10.0.0.1', '192.0.2.1'],
    ['the first, where all are trusted', '10.0.0.2, 10.0.0.1', '10.0.0.2'],
    ['a network of 64 bits', '2001:db8::1', '2001:db8:0:0'],
    ['the same network in another spelling', '2001:0DB8:0:0:ffff::2', '2001:db8:0:0'],
    ['the same network with a zone', '2001:db8::1%eth0', '2001:db8:0:0'],
    ['the same network with a port', '[2001:db8::5]:4711', '2001:db8:0:0'],
    ['an address with a port, which changes', '192.0.2.1:4711', '192.0.2.1'],
    ['IPv4 in IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['IPv4 in IPv6 in another spelling', '0:0:0:0:0:FFFF:c000:0201', '192.0.2.1'],
    ['IPv4 in IPv6 with a port', '[::ffff:192.0.2.1]:80', '192.0.2.1'],
    ['a network that looks like IPv4 in IPv6', '1:ffff::192.0.2.1', '1:ffff:0:0'],
    ['a trusted proxy in another spelling', '192.0.2.1, ::ffff:10.0.0.1', '192.0.2.1'],
    ['the proxy that says what is no address', 'nonsense, 10.0.0.1', '10.0.0.1'],
    ['the proxy that hides it', '192.0.2.9, unknown, 10.0.0.1', '10.0.0.1'],
    ['nobody, on a socket of this machine', 'unknown', 'unknown'],
    ['the peer behind ever so much', `${'1.1.1.1, '.repeat(5_000)}192.0.2.1`, '192.0.2.1'],
  ]
  for (const [what, forwardedFor, client] of CLIENTS)
    it(`is ${what}`, () => expect(clientOf(forwardedFor, isTrusted)).toBe(client))
})

describe('the key of a rate limit', () => {
  const keyOf = (by: RateKey, ...fields: readonly string[]): string => {
    const text = ['GET / HTTP/1.1', 'Host: a.example', ...fields].join('\r\n')
    const head = parseRequestHead(text)
    if (!head.ok) throw new Error(head.error.detail)
    const request = readClientRequest(head.value, '192.0.2.1', 'http', isTrusted)
    return rateKeyOf(by, request, undefined, [])
  }
  const HEADER = { kind: 'header', name: 'X-Api-Key' } as const
  const COOKIE = { kind: 'cookie', name: 'session' } as const
  const ADDRESS = 'address 192.0.2.1'

  it('is the value of a header in whatever letter case its name is, and never the value itself', () => {
    const key = keyOf(HEADER, 'X-Api-Key: abc')
    expect(keyOf(HEADER, 'x-API-key:   abc  ')).toBe(key)
    expect(keyOf(HEADER, 'X-Api-Key: abd')).not.toBe(key)
    expect(key).not.toContain('abc')
    expect(key.length).toBeLessThanOrEqual(64)
  })

  const BY_ADDRESS: readonly (readonly [string, RateKey, readonly string[]])[] = [
    ['the header is absent', HEADER, []],
    ['it is empty', HEADER, ['X-Api-Key:']],
    ['it is there twice', HEADER, ['X-Api-Key: a', 'X-Api-Key: b']],
    ['it has another spelling', HEADER, ['X_Api_Key: a']],
    ['it is long', HEADER, [`X-Api-Key: ${'a'.repeat(257)}`]],
    ['the cookie is absent', COOKIE, ['Cookie: other=1']],
    ['the cookie has two values', COOKIE, ['Cookie: session=a; session=b']],
    ['nobody was judged', { kind: 'identity', name: 'X-Auth-Subject' }, ['X-Auth-Subject: root']],
  ]
  for (const [what, by, fields] of BY_ADDRESS)
    it(`is the address if ${what}`, () => expect(keyOf(by, ...fields)).toBe(ADDRESS))

  it('is never that of another kind', () => {
    expect(keyOf(HEADER, `X-Api-Key: ${ADDRESS}`)).not.toBe(ADDRESS)
    expect(keyOf(HEADER, 'X-Api-Key: 192.0.2.1')).not.toBe(ADDRESS)
    expect(keyOf(COOKIE, 'Cookie: session=abc')).not.toBe(keyOf(HEADER, 'X-Api-Key: abc'))
  })
})
