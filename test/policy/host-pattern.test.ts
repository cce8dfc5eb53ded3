import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { coversHost, suffixesOf, wildcardSuffix } from '../../src/policy/host-pattern.ts'
import { matchesHost } from './naive-matcher.ts'

describe('host patterns', () => {
  it('are wildcards by `*.` alone', () => {
    expect(wildcardSuffix('*.example.com')).toBe('.example.com')
    expect(wildcardSuffix('example.com')).toBeUndefined()
  })
  it('give the suffixes of a host, longest first, and never the host itself', () => {
    expect(suffixesOf('a.b.c')).toEqual(['.b.c', '.c'])
    expect(suffixesOf('a')).toEqual([])
    expect(suffixesOf('')).toEqual([])
    expect(suffixesOf('.a')).toEqual([])
  })
  const label = fc.constantFrom('a', 'b', 'ab')
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const pattern = fc.oneof(
    host,
    host.map((name) => `*.${name}`),
  )
  it('cover another pattern only if they match all of its hosts', () =>
    fc.assert(
      fc.property(pattern, pattern, host, (outer, inner, name) => {
        if (coversHost(outer, inner) && matchesHost(inner, name)) expect(matchesHost(outer, name)).toBe(true)
      }),
      { numRuns: 3000 },
    ))
  it('cover the hosts that they match', () =>
    fc.assert(
      fc.property(pattern, host, (outer, name) =>
        expect(coversHost(outer, name)).toBe(matchesHost(outer, name)),
      ),
      { numRuns: 2000 },
    ))
})
