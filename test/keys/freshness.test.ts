import { describe, expect, it } from 'bun:test'
import { readFreshness, readValidators } from '../../src/keys/freshness.ts'
import { readRetryAfter } from '../../src/keys/retry-after.ts'
import { START_MS } from './fake-world.ts'

type Fields = Readonly<Record<string, string>>
const inOneHour = 'Fri, 15 Jan 2027 09:00:00 GMT'
const now = 'Fri, 15 Jan 2027 08:00:00 GMT'

describe('readFreshness (RFC 9111 §4.2.1)', () => {
  const table: readonly (readonly [Fields, number | undefined])[] = [
    [{}, undefined],
    [{ 'cache-control': '' }, undefined],
    [{ 'cache-control': 'public, must-revalidate' }, undefined],
    [{ 'cache-control': 'max-age=300' }, 300],
    [{ 'cache-control': 'public,MAX-AGE=300 , must-revalidate' }, 300],
    [{ 'cache-control': 'max-age="300"' }, 300],
    [{ 'cache-control': 'max-age=300, max-age=60' }, 60],
    [{ 'cache-control': 's-maxage=300' }, undefined],
    [{ 'cache-control': 'x-max-age=300' }, undefined],
    [{ 'cache-control': 'max-age=0' }, 0],
    [{ 'cache-control': 'max-age=' }, 0],
    [{ 'cache-control': 'max-age' }, 0],
    [{ 'cache-control': 'max-age=-1' }, 0],
    [{ 'cache-control': 'max-age=1e9' }, 0],
    [{ 'cache-control': 'max-age=99999999999' }, 0],
    [{ 'cache-control': 'no-cache' }, 0],
    [{ 'cache-control': 'max-age=300, no-store' }, 0],
    [{ 'cache-control': 'no-cache="set-cookie", max-age=300' }, 0],
    [{ 'cache-control': 'max-age=300', age: '100' }, 200],
    [{ 'cache-control': 'max-age=300', age: '100, 20' }, 200],
    [{ 'cache-control': 'max-age=300', age: '400' }, 0],
    [{ 'cache-control': 'max-age=300', age: '-5' }, 300],
    [{ 'cache-control': 'max-age=300', expires: inOneHour }, 300],
    [{ expires: inOneHour }, 3_600],
    [{ expires: inOneHour, date: now, age: '600' }, 3_000],
    // The server's clock is an hour ahead of ours.
    [{ expires: inOneHour, date: inOneHour }, 0],
    [{ expires: now }, 0],
    [{ expires: '0' }, 0],
    [{ expires: '-1' }, 0],
    [{ expires: '2027-01-15T09:00:00Z' }, 0],
    [{ expires: inOneHour, date: 'yesterday' }, 3_600],
  ]
  for (const [fields, seconds] of table) {
    it(`reads ${JSON.stringify(fields)} as ${seconds ?? 'nothing'}`, () => {
      const fresh = readFreshness(new Headers(fields), START_MS)
      expect(fresh).toBe(seconds === undefined ? undefined : seconds * 1_000)
    })
  }
})

describe('readValidators', () => {
  it('takes them as they are, and leaves what is not safe to send', () => {
    const read = (fields: Fields) => readValidators(new Headers(fields))
    expect(read({ etag: 'W/"1"', 'last-modified': now })).toEqual({ etag: 'W/"1"', lastModified: now })
    expect(read({ etag: '"\u00e9"' }).etag).toBeUndefined()
    expect(read({ etag: `"${'x'.repeat(512)}"` }).etag).toBeUndefined()
  })
})

describe('readRetryAfter (RFC 9110 §10.2.3)', () => {
  const table: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['120', 120_000],
    ['1.5', undefined],
    ['-1', undefined],
    ['12345678901', undefined],
    [inOneHour, 3_600_000],
    ['Fri, 15 Jan 2027 07:00:00 GMT', 0],
    ['Fri, 99 Jan 2027 07:00:00 GMT', undefined],
    ['Friday, 15-Jan-27 09:00:00 GMT', undefined],
    ['soon', undefined],
  ]
  for (const [value, ms] of table) {
    it(`reads ${String(value)} as ${ms ?? 'nothing'}`, () => expect(readRetryAfter(value, START_MS)).toBe(ms))
  }
})
