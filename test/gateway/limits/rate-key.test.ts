import { describe, expect, it } from 'bun:test'
import { compileTrusted } from '../../../src/http/sockets/peer-networks.ts'
import { readClientRequest } from '../../../src/gateway/client/client-request.ts'
import { rateKeyOf } from '../../../src/gateway/limits/rate-key.ts'
import { parseRequestHead } from '../../../src/http/messages/request-head.ts'
import type { RateKey } from '../../../src/settings/rate-limit/definition.ts'

const isTrusted = compileTrusted(['10.0.0.0/8', 'fd00::/8'])

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
