import { describe, expect, it } from 'bun:test'
import {
  BYTES_PER_RECORD,
  createRecordStore,
  type KeptDecision,
  type RecordStore,
} from '../../../src/observe/recent/record-store.ts'

let last = 0
const kept = (reason: string, more: Partial<KeptDecision> = {}): KeptDecision => ({
  id: String(++last).padStart(26, '0'),
  outcome: 'deny',
  reason,
  isLogged: false,
  count: last,
  facts: '{}',
  trace: '',
  ...more,
})

const add = (
  store: RecordStore,
  times: number,
  reason: string,
  more?: Partial<KeptDecision>,
): readonly KeptDecision[] =>
  Array.from({ length: times }, () => {
    const one = kept(reason, more)
    store.add(one)
    return one
  })

const countOf = (store: RecordStore, reason: string): number =>
  [...store.all()].filter((one) => one.reason === reason).length

describe('the memory of recent decisions', () => {
  it('is bounded in number, and forgets the oldest first', () => {
    const store = createRecordStore(() => 10)
    const all = add(store, 25, 'token_expired')
    expect([...store.all()]).toEqual(all.slice(-10))
    expect(store.size).toBe(10)
    expect(all.map(({ id }) => store.get(id) !== undefined)).toEqual(all.map((_, index) => index >= 15))
  })
  it('keeps nothing if it may not', () => {
    const store = createRecordStore(() => 0)
    add(store, 3, 'ok')
    expect([store.size, store.bytes]).toEqual([0, 0])
  })
  it('is bounded in bytes, those of traces included', () => {
    const store = createRecordStore(() => 10)
    const all = add(store, 10, 'token_expired')
    for (const one of all) store.setTrace(one, 'x'.repeat(2 * BYTES_PER_RECORD))
    expect(store.bytes).toBeLessThanOrEqual(10 * BYTES_PER_RECORD)
    expect(store.size).toBe(4)
    const wide = add(store, 1, 'token_expired', { facts: '\u4e00'.repeat(3 * BYTES_PER_RECORD) })
    expect([...store.all()].slice(-1)).toEqual([...wide])
    expect(store.bytes).toBeLessThanOrEqual(10 * BYTES_PER_RECORD)
  })
  it('counts its bytes exactly, also of what it has forgotten', () => {
    let most = 100
    const store = createRecordStore(() => most)
    for (const one of add(store, 300, 'token_expired')) store.setTrace(one, 'a trace')
    most = 0
    add(store, 1, 'ok')
    expect([store.size, store.bytes]).toEqual([0, 0])
  })
  it('has a smaller one after its bound was lowered', () => {
    let most = 100
    const store = createRecordStore(() => most)
    add(store, 100, 'token_expired')
    most = 5
    add(store, 1, 'no_route')
    expect(store.size).toBe(5)
    expect(countOf(store, 'no_route')).toBe(1)
  })

  it('loses no decision of another reason to a flood', () => {
    const store = createRecordStore(() => 100)
    const rare = [...add(store, 3, 'keys_unavailable'), ...add(store, 1, 'origin_missing')]
    add(store, 10_000, 'token_expired')
    for (const one of rare) expect(store.get(one.id)).toBe(one)
    expect(countOf(store, 'token_expired')).toBe(96)
  })
  it('shares its room between several floods', () => {
    const store = createRecordStore(() => 90)
    for (let i = 0; i < 500; i++)
      for (const reason of ['token_expired', 'no_route', 'token_missing']) add(store, 1, reason)
    for (const reason of ['token_expired', 'no_route', 'token_missing']) {
      expect(countOf(store, reason)).toBeGreaterThanOrEqual(29)
    }
  })
  it('has less room for allows while there are denials, and all of it while there are none', () => {
    const store = createRecordStore(() => 100)
    add(store, 300, 'ok', { outcome: 'allow' })
    expect(countOf(store, 'ok')).toBe(100)
    add(store, 300, 'token_expired')
    add(store, 300, 'ok', { outcome: 'allow' })
    expect(countOf(store, 'ok')).toBe(20)
    expect(countOf(store, 'token_expired')).toBe(80)
  })
  it('keeps those of a flood with a log line longer than the others', () => {
    const store = createRecordStore(() => 100)
    const logged = add(store, 75, 'token_expired', { isLogged: true })
    const others = add(store, 10_000, 'token_expired')
    for (const one of logged) expect(store.get(one.id)).toBe(one)
    // And the newest of the others.
    for (const one of others.slice(-25)) expect(store.get(one.id)).toBe(one)
  })
  it('sets no trace of a decision that it has forgotten', () => {
    const store = createRecordStore(() => 1)
    const [first] = add(store, 2, 'ok')
    if (first !== undefined) store.setTrace(first, 'too late')
    expect(first?.trace).toBe('')
  })
})
