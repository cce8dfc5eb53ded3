import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { NO_RECORD } from '../../src/jwt/record-log.ts'
import { digestOf } from '../../src/jwt/verified-cache.ts'
import { VerifiedRecords, type VerifiedRecord } from '../../src/jwt/verified-records.ts'

const record = (overrides: Partial<VerifiedRecord> = {}): VerifiedRecord => ({
  origin: 0,
  notBefore: 0,
  notAfter: 1,
  identity: [],
  ...overrides,
})

function read(records: VerifiedRecords, digest: string, policy: number): VerifiedRecord | undefined {
  const place = records.find(digest, policy)
  if (place === NO_RECORD) return undefined
  return {
    origin: records.originAt(place),
    notBefore: records.notBeforeAt(place),
    notAfter: records.notAfterAt(place),
    identity: records.identityAt(place),
  }
}

/** Digests that differ in one byte: the first four select the bucket. */
const NEIGHBOURS = Array.from({ length: 32 }, (_, byte) => {
  const bytes = Buffer.alloc(32, 0xff)
  bytes[byte] = 0x7f
  return bytes.toString('latin1')
})

describe('records of verified tokens', () => {
  const identities = [[], [''], ['', ''], ['a', '', 'b'], ['~ !'], ['a'.repeat(4096), 'b']]
  for (const identity of identities) {
    it(`returns the ${identity.length} values of ${JSON.stringify(identity).slice(0, 30)} as they were`, () => {
      const records = new VerifiedRecords(10, 100_000)
      const added = record({ identity, origin: 0x7f_ff_ff_ff, notBefore: -30.5, notAfter: Infinity })
      records.add(digestOf('a'), 3, added)
      expect(read(records, digestOf('a'), 3)).toEqual(added)
      // The use is noted in the same word as the origin.
      expect(read(records, digestOf('a'), 3)).toEqual(added)
    })
  }

  for (const value of ['a\nb', 'a\r', '\u00e4', '\u{1f600}', '\u0000', '\u007f']) {
    it(`does not remember the value ${JSON.stringify(value)}, which it could not return unchanged`, () => {
      const records = new VerifiedRecords(10, 100_000)
      records.add(digestOf('a'), 0, record({ identity: ['before'] }))
      records.add(digestOf('a'), 0, record({ identity: [value] }))
      expect(read(records, digestOf('a'), 0)).toBeUndefined()
    })
  }

  it('tells digests apart that differ in one byte, whichever it is', () => {
    const records = new VerifiedRecords(100, 100_000)
    NEIGHBOURS.forEach((digest, origin) => records.add(digest, 0, record({ origin })))
    NEIGHBOURS.forEach((digest, origin) => expect(read(records, digest, 0)?.origin).toBe(origin))
    expect(read(records, '\u00ff'.repeat(32), 0)).toBeUndefined()
  })

  it('drops the oldest records that were not used', () => {
    const records = new VerifiedRecords(4, 100_000)
    for (const name of ['a', 'b', 'c', 'd']) records.add(digestOf(name), 0, record({ identity: [name] }))
    read(records, digestOf('a'), 0)
    for (const name of ['e', 'f', 'g']) records.add(digestOf(name), 0, record({ identity: [name] }))
    const kept = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((name) => read(records, digestOf(name), 0))
    expect(kept).toEqual(['a', 'e', 'f', 'g'])
    expect(records.size).toBe(4)
  })

  it('drops the oldest records when all were used, and writes few of them again for one new record', () => {
    const records = new VerifiedRecords(100, 100_000)
    for (let i = 0; i < 100; i++) records.add(digestOf(String(i)), 0, record())
    for (let i = 0; i < 100; i++) read(records, digestOf(String(i)), 0)
    records.add(digestOf('new'), 0, record())
    expect(records.size).toBe(100)
    // Four were written again, and the fifth made room.
    for (let i = 0; i < 100; i++) expect(records.find(digestOf(String(i)), 0) === NO_RECORD).toBe(i === 4)
  })

  it('never returns anything but the last record of a digest and a policy, whatever came between', () => {
    const command = fc.record({
      digest: fc.constantFrom(...NEIGHBOURS.slice(0, 12)),
      policy: fc.constantFrom(0, 1, 0x7f_ff_ff_ff),
      action: fc.constantFrom('add', 'add', 'add', 'read', 'remove'),
      length: fc.constantFrom(0, 1, 7, 8, 500, 90_000),
    })
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 120 }),
        fc.constantFrom(1, 2, 7, 1000),
        fc.constantFrom(64, 700, 300_000, 2_000_000),
        (commands, maxRecords, maxBytes) => {
          const records = new VerifiedRecords(maxRecords, maxBytes)
          const last = new Map<string, VerifiedRecord>()
          commands.forEach(({ digest, policy, action, length }, step) => {
            const key = `${policy} ${digest}`
            if (action === 'add') {
              const added = record({
                origin: step,
                notAfter: step,
                identity: ['a'.repeat(length), String(step)],
              })
              records.add(digest, policy, added)
              last.set(key, added)
            } else if (action === 'remove') {
              const place = records.find(digest, policy)
              if (place !== NO_RECORD) records.remove(place)
              last.delete(key)
            }
            const found = read(records, digest, policy)
            if (found !== undefined) expect(found).toEqual(last.get(key) as VerifiedRecord)
            expect(records.size).toBeLessThanOrEqual(maxRecords)
          })
          // Everything that is counted can be found.
          const all = [...last.keys()].filter((key) => {
            const [policy = '', ...digest] = key.split(' ')
            return records.find(digest.join(' '), Number(policy)) !== NO_RECORD
          })
          expect(records.size).toBe(all.length)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('takes no more memory when twice as many tokens have passed', () => {
    const records = new VerifiedRecords(10_000, 600_000)
    for (let i = 0; i < 30_000; i++)
      records.add(digestOf(String(i)), 0, record({ identity: ['a'.repeat(i % 50)] }))
    expect(records.size).toBeGreaterThan(4_000)
    let found = 0
    for (let i = 0; i < 30_000; i++) {
      const kept = read(records, digestOf(String(i)), 0)
      if (kept === undefined) continue
      found += 1
      expect(kept.identity).toEqual(['a'.repeat(i % 50)])
    }
    expect(found).toBe(records.size)
  })
})
