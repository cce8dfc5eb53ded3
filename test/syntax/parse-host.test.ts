import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { parseHost } from '../../src/syntax/parse-host.ts'

describe('parseHost', () => {
  const cases = [
    ['api.example.com', 'api.example.com'],
    ['API.Example.COM', 'api.example.com'],
    ['api.example.com.', 'api.example.com'],
    ['api.example.com:443', 'api.example.com'],
    ['api.example.com.:8443', 'api.example.com'],
    ['api.example.com:', 'api.example.com'],
    ['localhost', 'localhost'],
    ['a', 'a'],
    ['my_service.internal', 'my_service.internal'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['[2001:DB8::1]:443', '[2001:db8::1]'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
    ['[2001:0db8::0001]', '[2001:db8::1]'],
    ['[::ffff:1.2.3.4]', '[::ffff:102:304]'],
    // Bun's parser of URLs refuses this one.
    ['[1:2::3:4:192.0.2.1]', '[1:2::3:4:c000:201]'],
    ['[:::]', undefined],
    ['[1]', undefined],
    ['', undefined],
    ['.', undefined],
    ['a..b', undefined],
    ['a..', undefined],
    ['.a', undefined],
    ['-a', undefined],
    ['a b', undefined],
    ['a,b', undefined],
    ['a, b', undefined],
    ['u@a', undefined],
    ['u:p@a', undefined],
    ['a/b', undefined],
    ['a\\b', undefined],
    ['a?b', undefined],
    ['a#b', undefined],
    ['a%41', undefined],
    ['a:b', undefined],
    ['a:1:2', undefined],
    ['a:123456', undefined],
    ['::1', undefined],
    ['[::1', undefined],
    ['[fe80::1%25eth0]', undefined],
    ['*.a', undefined],
    ['ä.example', undefined],
    ['a\n', undefined],
    ['\na', undefined],
    ['\u212a.example', undefined],
    ['a'.repeat(262), undefined],
  ] as const
  for (const [authority, host] of cases) {
    it(`reads ${JSON.stringify(authority.slice(0, 30))} as ${host ?? 'no host'}`, () =>
      expect(parseHost(authority)).toBe(host))
  }

  const piece = fc.constantFrom(
    'a',
    'B',
    '.',
    '-',
    '_',
    ':',
    '8',
    '[',
    ']',
    '@',
    ' ',
    ',',
    '/',
    '\\',
    '%',
    'é',
    '\u0000',
  )
  it('gives lower-case visible ASCII that it reads as itself, whatever comes', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (authority) => {
          const host = parseHost(authority)
          if (host === undefined) return
          expect(host).toMatch(/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/)
          expect(parseHost(host)).toBe(host)
        },
      ),
      { numRuns: 5000 },
    ))
  it('does not care for letter case, port or one trailing dot', () =>
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 0, max: 65_535 }), (domain, port) => {
        expect(parseHost(`${domain.toUpperCase()}.:${port}`)).toBe(domain.toLowerCase())
      }),
    ))
})
