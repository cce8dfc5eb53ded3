import { describe, expect, it } from 'bun:test'
import { readCacheControl, readFreshness, readRetryAfter } from '../src/answer-lifetime.ts'
import { START_MS } from './keys/fake-world.ts'

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
    [{ 'cache-control': 'NO-STORE, max-age=300' }, 0],
    [{ 'cache-control': 'no-cache="set-cookie, x", max-age=300' }, 0],
    // What is stale is not fresh, whatever a cache may do with it (RFC 5861).
    [{ 'cache-control': 'max-age=300, stale-if-error=86400' }, 300],
    // No guess from the time of the last change (RFC 9111 §4.2.2).
    [{ 'last-modified': 'Thu, 15 Jan 2026 08:00:00 GMT' }, undefined],
    [{ 'cache-control': 'max-age=300', age: '100' }, 200],
    [{ 'cache-control': 'max-age=300', age: '100, 20' }, 200],
    [{ 'cache-control': 'max-age=300', age: '400' }, 0],
    [{ 'cache-control': 'max-age=300', age: '-5' }, 300],
    [{ 'cache-control': 'max-age=300', expires: inOneHour }, 300],
    [{ expires: inOneHour }, 3_600],
    [{ expires: inOneHour, date: now, age: '600' }, 3_000],
    // The server's clock is an hour ahead of Warder's.
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

describe('readCacheControl (RFC 9111 §5.2.2)', () => {
  const nothing = {
    isForbidden: false,
    isPrivate: false,
    maxAgeSeconds: undefined,
    sharedMaxAgeSeconds: undefined,
  }
  const table: readonly (readonly [string, Partial<ReturnType<typeof readCacheControl>>])[] = [
    ['', {}],
    ['public, must-revalidate, x-private, no-storage', {}],
    ['No-Store', { isForbidden: true }],
    ['no-cache="set-cookie"', { isForbidden: true }],
    ['private', { isPrivate: true }],
    ['private="x", max-age=5', { isPrivate: true, maxAgeSeconds: 5 }],
    ['max-age = 5 , S-MAXAGE="7"', { maxAgeSeconds: 5, sharedMaxAgeSeconds: 7 }],
    ['max-age=9,max-age=5', { maxAgeSeconds: 5 }],
    ['max-age=9,max-age=x', { maxAgeSeconds: 0 }],
    // What RFC 9111 §1.2.2 has a cache write for "forever".
    ['max-age=2147483648', { maxAgeSeconds: 2_147_483_648 }],
    ['s-maxage', { sharedMaxAgeSeconds: 0 }],
  ]
  for (const [value, expected] of table) {
    it(`reads ${JSON.stringify(value)}`, () =>
      expect(readCacheControl(value)).toEqual({ ...nothing, ...expected }))
  }
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
