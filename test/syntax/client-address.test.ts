import { describe, expect, it } from 'bun:test'
import { isIP } from 'node:net'
import fc from 'fast-check'
import { lastAddress, parseClientAddress } from '../../src/syntax/client-address.ts'

describe('parseClientAddress', () => {
  const good: readonly (readonly [text: string, address: string])[] = [
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::', '::'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:80', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0.100]:80', 'fe80::1'],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ]
  it.each(good)('reads %s as %s', (text, address) => {
    expect(parseClientAddress(text)).toBe(address)
  })

  const bad: readonly string[] = [
    '',
    ' ',
    'unknown',
    '_hidden',
    '_SEVKISEK:80',
    'unix:',
    'localhost',
    'api.example.com',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.07',
    '0xc0.0.2.7',
    '3221225991',
    '192.0.2.7:',
    '192.0.2.7:x',
    '192.0.2.7:123456',
    '192.0.2.7/24',
    '192.0.2.7%eth0',
    '[192.0.2.7]',
    '192.0.2.7, 198.51.100.1',
    '192.0.2.7\n198.51.100.1',
    '192.0.2.7\0',
    '\u202e192.0.2.7',
    '２.0.2.7',
    '"192.0.2.7"',
    'for=192.0.2.7',
    '<script>',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::1]443',
    '[[2001:db8::1]]',
    '[2001:db8::1]:443]',
    '2001:db8:::1',
    '1:2:3:4:5:6:7:8:9',
    'fe80::1%',
    'fe80::1%eth0%eth1',
    'fe80::1%<script>',
    'fe80::1%\u202e',
    '%eth0',
    ':',
    '9'.repeat(10_240),
    '1:'.repeat(5_000),
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    `fe80::1%${'e'.repeat(10_240)}`,
  ]
  it.each(bad)('reads no address in %j', (text) => {
    expect(parseClientAddress(text)).toBeUndefined()
  })

  it('returns an address that the runtime knows, in one spelling, or nothing', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended())
    const text = fc.oneof(
      address,
      address.map((one) => `[${one}]:80`),
      fc.tuple(address, fc.string({ maxLength: 4 })).map(([one, more]) => one + more),
      fc.string({ unit: fc.constantFrom(...'0123456789abcfF:.%[]- ,') }),
    )
    fc.assert(
      fc.property(text, (input) => {
        const read = parseClientAddress(input)
        if (read === undefined) return
        expect(isIP(read)).toBeGreaterThan(0)
        expect(read).toMatch(/^[0-9a-f.:]{2,45}$/)
        expect(parseClientAddress(read)).toBe(read)
      }),
    )
  })

  it('reads every address that the runtime knows', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(parseClientAddress(text) === undefined).toBe(isIP(text) === 0)
      }),
    )
  })
})

describe('lastAddress', () => {
  const cases: readonly (readonly [list: string | null, address: string | undefined])[] = [
    [null, undefined],
    ['', undefined],
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['6.6.6.6, 192.0.2.7', '192.0.2.7'],
    ['6.6.6.6,192.0.2.7', '192.0.2.7'],
    ['evil, [2001:DB8::1]:80', '2001:db8::1'],
    // What the nearest proxy wrote is not an address: then nobody knows, and least of all the client.
    ['6.6.6.6, unknown', undefined],
    ['6.6.6.6,', undefined],
    ['6.6.6.6, ', undefined],
    [`${'6.6.6.6, '.repeat(1_200)}192.0.2.7`, '192.0.2.7'],
    [`6.6.6.6, ${'x'.repeat(10_240)}`, undefined],
  ]
  for (const [list, address] of cases)
    it(`finds ${address} in ${JSON.stringify(list)?.slice(0, 40)}`, () => {
      expect(lastAddress(list)).toBe(address)
    })
})
