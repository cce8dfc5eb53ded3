import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { canonicalizePath } from '../../src/request/canonical-path.ts'
import { readKeptPath } from '../../src/request/kept-path.ts'
import { appReaders, rawPaths } from '../support/path-readers.ts'

/** The readings, with an encoded slash that is kept as `|`; or why there are none. */
function readingsOf(raw: string): readonly string[] | string {
  const kept = readKeptPath(raw)
  if (!kept.ok) return kept.error
  const readings = kept.value.readings()
  return readings.ok ? readings.value.map((path) => path.replaceAll('\0', '|')) : readings.error
}

describe('readKeptPath', () => {
  const kept = [
    ['/projects/group%2Fname/x', '/projects/group\0name/x'],
    ['/@scope%2fpkg', '/@scope\0pkg'],
    ['/a;v=1/b', '/a;v=1/b'],
    ['/a%3Bv', '/a;v'],
    ['/caf%C3%A9/a%2Fb', '/café/a\0b'],
    ['/caf%E9/caf%C3%A9', '/caf%E9/café'],
    ['/a//b', '/a//b'],
  ] as const
  for (const [raw, path] of kept) {
    it(`matches ${raw} by its raw segments`, () =>
      expect(readKeptPath(raw)).toMatchObject({ ok: true, value: { path } }))
  }
  const readings = [
    ['/a%2Fb', ['/a|b', '/a/b']],
    ['/a;v/b', ['/a;v/b', '/a/b', '/a']],
    ['/a;x=%2Fb', ['/a;x=|b', '/a;x=/b', '/a/b', '/a']],
    ['/;x/b', ['/;x/b', '//b', '/', '/b']],
    ['/a%3Bx/b', ['/a;x/b', '/a/b', '/a']],
    ['/a//b', ['/a//b', '/a/b']],
    ['/a%2F/b', ['/a|/b', '/a//b', '/a/b']],
    ['/adm%FFin', ['/admÿin', '/admin']],
    ['/caf%E9', ['/café', '/caf']],
    ['/%C3%A9/%E9', ['/é/é', '/Ã©/é', '/é/']],
  ] as const
  for (const [raw, expected] of readings) {
    it(`reads ${raw} as ${expected.join(', ')}`, () =>
      expect([...readingsOf(raw)].toSorted()).toEqual([...expected].toSorted()))
  }
  const refused = [
    ['/a/../b%2Fc', 'dot_segment'],
    ['/a%2F..%2Fb', 'dot_segment'],
    ['/a/..%2Fb', 'dot_segment'],
    ['/a/%2e%2e%2Fb', 'dot_segment'],
    ['/a/%2e%2e/b', 'dot_segment'],
    ['/a/..;/b', 'dot_segment'],
    ['/a/..;v=1/b', 'dot_segment'],
    ['/a/.;/b', 'dot_segment'],
    ['/a/..%3B/b', 'dot_segment'],
    ['/a;x=%2F../b', 'dot_segment'],
    ['/a/.%FF./b', 'dot_segment'],
    ['/a/%FF../b', 'dot_segment'],
    ['/%C0%AE%C0%AE/b', 'invalid_utf8'],
    ['/a%C0%AFb', 'invalid_utf8'],
    ['/a%c1%9cb', 'invalid_utf8'],
    ['/a%E0%80%AFb', 'invalid_utf8'],
    ['/a%F0%80%80%AFb', 'invalid_utf8'],
    ['/a%F8%80%80%80%AFb', 'invalid_utf8'],
    ['/a%252Fb', 'double_encoded'],
    ['/a%25%FF2Fb', 'double_encoded'],
    ['/a%5Cb', 'encoded_separator'],
    ['/a%3Fb', 'encoded_separator'],
    ['/a%23b', 'encoded_separator'],
    ['/a%00b', 'encoded_separator'],
    ['/a\\b', 'backslash'],
    ['/a%0Ab', 'control_or_space'],
    ['/a%2', 'bad_escape'],
    ['//evil.example/admin', 'double_slash'],
    ['/é', 'non_ascii'],
    ['a', 'not_absolute'],
    [`/${'a'.repeat(9000)}`, 'too_long'],
  ] as const
  for (const [raw, ambiguity] of refused) {
    it(`refuses ${raw.slice(0, 30)} as ${ambiguity}`, () => expect(readingsOf(raw)).toBe(ambiguity))
  }
  it('has one reading of every path that has one', () =>
    fc.assert(
      fc.property(rawPaths, (raw) => {
        const canonical = canonicalizePath(raw)
        if (!canonical.ok) return
        expect(readingsOf(raw)).toContain(canonical.value)
        expect(readKeptPath(raw)).toMatchObject({ ok: true, value: { path: canonical.value } })
      }),
      { numRuns: 3000 },
    ))
  for (const [name, read] of Object.entries(appReaders)) {
    it(`knows every reading of ${name}, or refuses the path`, () =>
      fc.assert(
        fc.property(rawPaths, (raw) => {
          const readings = readingsOf(raw)
          const path = read(raw)
          if (typeof readings === 'string' || path === undefined) return
          expect(readings.map((reading) => reading.replaceAll('|', '%2F'))).toContain(
            path.replaceAll(/%2f/gi, '%2F'),
          )
        }),
        { numRuns: 5000 },
      ))
  }
  // 85 of these have 255 doubtful places.
  const unit = 'a%2F;%E9'
  it('reads a path with as many doubtful places as it takes', () => {
    const kept = readKeptPath(`/${unit.repeat(85)}${'%C3%A9'.repeat(1000)}`)
    if (!kept.ok) throw new Error(kept.error)
    const readings = kept.value.readings()
    expect(readings.ok && readings.value.length).toBeLessThanOrEqual(200)
  })
  for (const place of [';', ';a', '%2F', '%2f', '%3B', '%3b', '%FF', '%c3', 'a//', unit]) {
    it(`refuses more of ${place} than it takes, before it makes any reading`, () =>
      expect(readKeptPath(`/a${place.repeat(257)}`)).toEqual({ ok: false, error: 'too_many_doubts' }))
  }
  it('counts no escaped character of UTF-8 as doubtful', () =>
    expect(readKeptPath(`/a%2F${'%E6%97%A5'.repeat(500)}`)).toMatchObject({ ok: true }))
})
