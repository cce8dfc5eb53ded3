import { describe, expect, it } from 'bun:test'
import * as fc from 'fast-check'
import { formatByteSize, parseByteSize } from '../../src/settings/values/quantities.ts'
import { checkHostPattern, parseTyp } from '../../src/settings/values/texts.ts'
import { formatDuration, parseDuration } from '../../src/settings/values/quantities.ts'
import { parseIdentityHeader } from '../../src/settings/values/header-names.ts'
import { fromPointer, toPointer } from '../../src/json-pointer.ts'
import {
  formatListenAddress,
  isLoopback,
  isSameAddress,
  parseListenAddress,
} from '../../src/settings/values/listen-address.ts'
import { parseExactPath, checkPathPattern } from '../../src/settings/values/paths.ts'
import { suggest } from '../../src/suggest.ts'
import type { Result } from '../../src/result.ts'

const valueOf = <T>(result: Result<T, unknown>): T | undefined => (result.ok ? result.value : undefined)

/** Accepted texts with what they mean, and refused texts. */
function describeParser<In, Out>(
  what: string,
  parse: (value: In) => Result<Out, unknown>,
  good: readonly (readonly [In, Out])[],
  bad: readonly In[],
): void {
  describe(what, () => {
    for (const [text, value] of good) {
      it(`reads ${JSON.stringify(text)}`, () => expect(valueOf(parse(text))).toEqual(value))
    }
    for (const text of bad) it(`refuses ${JSON.stringify(text)}`, () => expect(parse(text).ok).toBe(false))
  })
}

describeParser<string | number, number>(
  'a duration',
  parseDuration,
  [
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    [7, 7_000],
    ['7', 7_000],
    ['1.5s', 1_500],
    [0, 0],
  ],
  [
    '',
    's',
    '5 s',
    '-5s',
    '1d',
    '5S',
    '1e3',
    '0.1ms',
    Number.NaN,
    -1,
    Number.POSITIVE_INFINITY,
    '1h30m',
    '99999999999999h',
  ],
)

describeParser<string | number, number>(
  'a size',
  parseByteSize,
  [
    ['8KiB', 8_192],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
    ['12B', 12],
    [5, 5],
    ['5', 5],
  ],
  ['', '8KB', '8k', '8 KiB', '1.5MiB', -1, 1.5, '999999999999GiB'],
)

describeParser(
  'a listen address',
  (text: string) => parseListenAddress(text),
  [
    ['127.0.0.1:80', { kind: 'tcp', host: '127.0.0.1', port: 80 }],
    [':8081', { kind: 'tcp', host: '::', port: 8081 }],
    ['[::1]:0', { kind: 'tcp', host: '::1', port: 0 }],
    ['LocalHost:9', { kind: 'tcp', host: 'localhost', port: 9 }],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock' }],
  ],
  ['', '80', 'localhost', '::1:80', 'a:b', ':70000', 'unix:', 'http://a:80', 'a:80/', '[::1]', 'a b:80'],
)

describeParser(
  'a path pattern',
  checkPathPattern,
  [
    ['/', '/'],
    ['/**', '/**'],
    ['/a/**', '/a/**'],
    ['/a/*/b', '/a/*/b'],
    ['/a/', '/a/'],
    ['/é a:@', '/é a:@'],
    ['/*', '/*'],
  ],
  [
    '',
    'a',
    '//',
    '/a//b',
    '/a/../b',
    '/./a',
    '/..',
    '/a;b',
    '/a\\b',
    '/a?b',
    '/a#b',
    '/a%20b',
    '/**/a',
    '/a**',
    '/a/**b',
    '/a*',
    '/***',
    '/a\u0000',
    '/a\n',
    `/${'a'.repeat(2_048)}`,
  ],
)

describeParser('an exact path', parseExactPath, [['/auth', '/auth']], ['/a/**', '/*', 'auth', '/a//'])

describeParser(
  'a host pattern',
  checkHostPattern,
  [
    ['API.Example.com', 'api.example.com'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['10.0.0.1', '10.0.0.1'],
    ['[::1]', '[::1]'],
    ['a_b.example', 'a_b.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ],
  [
    '',
    '*',
    '*.',
    'a.*.b',
    '*a.b',
    'a.example:80',
    'a..b',
    'a.example.',
    '.a',
    'bücher.example',
    'a/b',
    '**.a',
    'a b',
    '-a.example',
  ],
)

describeParser(
  'a token type',
  parseTyp,
  [
    ['at+jwt', 'at+jwt'],
    ['application/AT+JWT', 'at+jwt'],
    ['a/b', 'a/b'],
    ['application/a/b', 'application/a/b'],
  ],
  ['', 'a b'],
)

describeParser(
  'an identity header',
  parseIdentityHeader,
  [
    ['X-Auth-Subject', 'X-Auth-Subject'],
    ['X-Forwarded-User', 'X-Forwarded-User'],
    ['Remote-User', 'Remote-User'],
  ],
  [
    '',
    'X_User',
    'X.User',
    'X User',
    'X-Üser',
    '-X',
    'Authorization',
    'CONNECTION',
    'Keep-Alive',
    'Transfer-Encoding',
    'Content-Length',
    'Host',
    'Set-Cookie',
    'Cookie',
    'WWW-Authenticate',
    'Cache-Control',
    'Date',
    'X-Decision-Id',
    'X-Decision-Reason',
    'X-Forwarded-For',
    'X-Accel-Redirect',
    'Upgrade',
    'TE',
  ],
)

describe('durations and sizes', () => {
  it('are read back from the way they are written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), (n) => {
        expect(valueOf(parseDuration(formatDuration(n)))).toBe(n)
        expect(valueOf(parseByteSize(formatByteSize(n)))).toBe(n)
      }),
    )
  })
})

describe('JSON pointers', () => {
  it('are read back from the way they are written, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (segments) =>
        expect(fromPointer(toPointer(segments))).toEqual(segments),
      ),
    )
  })
})

describe('listen addresses', () => {
  const at = (text: string) => {
    const address = parseListenAddress(text)
    if (!address.ok) throw new Error(text)
    return address.value
  }
  for (const text of ['127.0.0.1:80', ':8081', '[::1]:1', 'unix:/a']) {
    it(`${text} is read back from the way it is written`, () =>
      expect(formatListenAddress(at(text))).toBe(text))
  }
  for (const [text, loopback] of [
    ['127.0.0.1:1', true],
    ['127.9.9.9:1', true],
    ['localhost:1', true],
    ['[::1]:1', true],
    ['unix:/a', true],
    [':1', false],
    ['0.0.0.0:1', false],
    ['10.0.0.1:1', false],
    ['127.0.0.1.example:1', false],
    ['localhost.example:1', false],
  ] as const) {
    it(`${text} is ${loopback ? 'loopback' : 'not loopback'}`, () =>
      expect(isLoopback(at(text))).toBe(loopback))
  }
  for (const [a, b, same] of [
    ['127.0.0.1:1', '127.0.0.1:1', true],
    ['127.0.0.1:1', '127.0.0.1:2', false],
    [':1', '127.0.0.1:1', true],
    ['127.0.0.1:0', '127.0.0.1:0', false],
    ['unix:/a', 'unix:/a', true],
    ['unix:/a', 'unix:/b', false],
    ['unix:/a', ':1', false],
  ] as const) {
    it(`${a} and ${b} are ${same ? 'one' : 'two'}`, () => expect(isSameAddress(at(a), at(b))).toBe(same))
  }
})

describe('a suggestion', () => {
  for (const [word, candidates, best] of [
    ['audiance', ['audience', 'issuer'], 'audience'],
    ['RS257', ['RS256', 'RS512'], 'RS256'],
    ['mian', ['main'], 'main'],
    ['orders', ['stock'], undefined],
    ['a', ['b'], undefined],
    ['x', [], undefined],
  ] as const) {
    it(`for ${word} is ${best ?? 'nothing'}`, () => expect(suggest(word, candidates)).toBe(best as never))
  }
})
