import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { isMethod } from '../../src/request/method.ts'
import { parseOriginalUrl } from '../../src/request/parse-original-url.ts'

describe('parseOriginalUrl', () => {
  const cases = [
    ['https://a.example/', 'https', 'a.example', '/', ''],
    ['http://a.example/x?y', 'http', 'a.example', '/x', 'y'],
    ['https://A.example:443/x', 'https', 'a.example', '/x', ''],
    ['https://a/a%2Fb/../c;x=1//d?u=https://b/?v', 'https', 'a', '/a%2Fb/../c;x=1//d', 'u=https://b/?v'],
    ['https://a/?', 'https', 'a', '/', ''],
    ['https://a//b', 'https', 'a', '//b', ''],
    ['https://a/x#y?z', 'https', 'a', '/x#y', 'z'],
    ['https://[::1]:80/x', 'https', '[::1]', '/x', ''],
  ] as const
  for (const [url, scheme, host, path, query] of cases) {
    it(`splits ${url} and changes nothing of path and query`, () =>
      expect(parseOriginalUrl(url)).toEqual({ scheme, host, path, query }))
  }

  const refused = [
    '',
    '/',
    '/a',
    'a.example/a',
    '//a/b',
    'ftp://a/b',
    'HTTPS://a/b',
    'https:/a/b',
    'https:a/b',
    'https://',
    'https:///a',
    'https://a',
    'https://a?b',
    'https://a?b/c',
    'https://a#b/c',
    'https://u@a/b',
    'https://a\\@b/c',
    'https://a b/c',
    ' https://a/b',
    'https://a/b, https://c/d',
    'https://a/b?c, https://d/e',
    'https://a, b/c',
  ]
  for (const url of refused) {
    it(`does not take ${JSON.stringify(url)} for one absolute URL`, () =>
      expect(parseOriginalUrl(url)).toBeUndefined())
  }

  it('never throws, and what it accepts can be put together again', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('https://', 'http://', 'https:/', ''),
        fc.oneof(fc.domain(), fc.string({ maxLength: 5 })),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (scheme, host, rest) => {
          const url = `${scheme}${host}/${rest}`
          const original = parseOriginalUrl(url)
          if (original === undefined) return
          const { path, query } = original
          expect(path.startsWith('/')).toBe(true)
          expect(path).not.toContain('?')
          expect(url.endsWith(query === '' ? path : `${path}?${query}`) || url.endsWith(`${path}?`)).toBe(
            true,
          )
        },
      ),
      { numRuns: 3000 },
    ))
})

describe('isMethod', () => {
  const cases = [
    ['GET', true],
    ['get', true],
    ['M-SEARCH', true],
    ['UPDATEREDIRECTREF', true],
    ['A'.repeat(32), true],
    ['A'.repeat(33), false],
    ['', false],
    ['GET ', false],
    ['GET\n', false],
    ['GET, GET', false],
    ['GET,GET', false],
    ['G/T', false],
    ['GÉT', false],
  ] as const
  for (const [text, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(text)}`, () => expect(isMethod(text)).toBe(expected))
  }
})
