import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { FrameCollector } from '../../../src/server/spoe/frame-collector.ts'

const prefixed = (bytes: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(bytes.length)
  return Buffer.concat([prefix, bytes])
}

describe('FrameCollector', () => {
  it('returns the same frames however their bytes arrive', () =>
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 20 }),
        (frames, cuts) => {
          const all = Buffer.concat(frames.map(prefixed))
          const collector = new FrameCollector()
          const found: string[] = []
          for (let at = 0, i = 0; at < all.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1)
            collector.add(all.subarray(at, end))
            at = end
            for (let one = collector.next(5_000); one !== undefined; one = collector.next(5_000))
              found.push(one.toString('hex'))
          }
          expect(found).toEqual(frames.map((bytes) => Buffer.from(bytes).toString('hex')))
          expect(collector.length).toBe(0)
        },
      ),
    ))

  it('takes up no memory for bytes that were only announced', () => {
    const collector = new FrameCollector()
    collector.add(prefixed(Buffer.alloc(1_000_000)).subarray(0, 3))
    collector.add(prefixed(Buffer.alloc(1_000_000)).subarray(3, 10))
    expect(collector.next(1_048_576)).toBeUndefined()
    expect(collector.heldBytes).toBeLessThan(2_000)
  })

  it('takes up no more memory the longer a connection lasts', () => {
    const collector = new FrameCollector()
    const bytes = prefixed(Buffer.alloc(596))
    collector.add(bytes.subarray(0, 300))
    for (let i = 0; i < 1_000; i++) {
      collector.add(Buffer.concat([bytes.subarray(300), bytes.subarray(0, 300)]))
      expect(collector.next(1_000)?.length).toBe(596)
      expect(collector.next(1_000)).toBeUndefined()
    }
    expect(collector.heldBytes).toBeLessThan(4_000)
  })

  it('names a frame that is too long as soon as its length is there', () => {
    const collector = new FrameCollector()
    collector.add(Buffer.from([0, 0, 1, 1]))
    expect(collector.next(256)).toBe('too_big')
  })
})
