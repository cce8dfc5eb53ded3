import { describe, expect, it } from 'bun:test'
import { createTokenBucket } from '../../../src/keys/refresh/unknown-kids.ts'

describe('createTokenBucket', () => {
  it('gives what is in it, and then what grows back', () => {
    let nowMs = 0
    const take = createTokenBucket(2, 1_000, () => nowMs)
    expect([take(), take(), take()]).toEqual([true, true, false])
    nowMs = 999
    expect(take()).toBe(false)
    nowMs = 1_000
    expect([take(), take()]).toEqual([true, false])
    nowMs = 1_000_000
    expect([take(), take(), take()]).toEqual([true, true, false])
  })

  it('is filled by no clock that is set back', () => {
    let nowMs = 10_000
    const take = createTokenBucket(1, 1_000, () => nowMs)
    expect(take()).toBe(true)
    nowMs = 0
    expect(take()).toBe(false)
    nowMs = 1_000
    expect(take()).toBe(true)
  })
})
