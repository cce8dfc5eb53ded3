import { describe, expect, it } from 'bun:test'
import { readClientRequest } from '../../../src/gateway/client/client-request.ts'
import type { RateStore } from '../../../src/decision/stores.ts'
import { parseRequestHead } from '../../../src/http/messages/request-head.ts'
import {
  compileRequestLimits,
  placeLimits,
  type LimitResult,
} from '../../../src/gateway/limits/request-limits.ts'

const ADDRESS = { kind: 'address' } as const
const LIMITS = placeLimits('route r', [
  { requests: 1, perMs: 1_000, by: ADDRESS },
  { requests: 2, perMs: 60_000, by: ADDRESS },
  { requests: 3, perMs: 3_600_000, by: ADDRESS },
])

/** @param answers Of the store, in turn. */
function countWith(answers: readonly (number | Promise<number>)[]): {
  readonly result: LimitResult | Promise<LimitResult>
  readonly ids: readonly string[]
} {
  const ids: string[] = []
  const store: RateStore = {
    count: ({ id }) => {
      ids.push(id)
      return answers[ids.length - 1] ?? 0
    },
    retain() {},
  }
  const head = parseRequestHead('GET / HTTP/1.1\r\nHost: a.example')
  if (!head.ok) throw new Error(head.error.detail)
  const request = readClientRequest(head.value, '192.0.2.1', 'http', () => false)
  const limits = compileRequestLimits(LIMITS, { store, identityNames: [] })
  return { result: limits?.before(request), ids }
}

const failed = (): Promise<number> => Promise.reject(new Error('the store is gone'))

describe('the limits of a request', () => {
  it('are undefined if there are none', () => {
    const context = { store: { count: () => 0, retain() {} }, identityNames: [] }
    expect(compileRequestLimits([], context)).toBeUndefined()
  })

  /** What the store answers for each, how long the client has to wait, and for which. */
  const CASES: readonly (readonly [string, () => readonly (number | Promise<number>)[], number, number])[] = [
    ['at once', () => [0, 0, 0], 0, 0],
    ['at once, the longest', () => [5, 9, 7], 9, 1],
    ['later', () => [0, Promise.resolve(0), 0], 0, 0],
    ['later, the longest', () => [5, Promise.resolve(9), Promise.resolve(7)], 9, 1],
    ['at once what is longer than later', () => [Promise.resolve(5), 9, Promise.resolve(0)], 9, 1],
    ['nothing, which is a refusal', () => [0, failed(), 0], 1, 1],
    ['nothing, beside a longer one', () => [failed(), 0, 9], 9, 2],
  ]
  for (const [what, answers, seconds, which] of CASES) {
    it(`are all asked of a store that answers ${what}`, async () => {
      const { result, ids } = countWith(answers())
      expect(ids).toEqual(LIMITS.map(({ id }) => id))
      const exceeded = await result
      expect(exceeded?.seconds ?? 0).toBe(seconds)
      if (seconds > 0) expect(exceeded?.limit).toBe(LIMITS[which])
    })
  }

  it('cost no promise if the store answers at once', () => {
    expect(countWith([0, 3, 0]).result).not.toBeInstanceOf(Promise)
  })

  it('have names that stay the same when only the number of requests changes', () => {
    const [less] = placeLimits('route r', [{ requests: 7, perMs: 1_000, by: ADDRESS }])
    expect(less?.id).toBe(LIMITS[0]?.id)
    expect(new Set(LIMITS.map(({ id }) => id)).size).toBe(3)
  })
})
