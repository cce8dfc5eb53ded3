import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { LineBatches, type Batch } from '../../src/observe/line-batches.ts'

const MAX_BATCH = 64
const MAX_BYTES = 512

/** Everything that waits. */
function takeAll(batches: LineBatches): readonly Batch[] {
  const taken: Batch[] = []
  for (let batch = batches.take(); batch !== undefined; batch = batches.take()) {
    batches.release(batch)
    taken.push(batch)
  }
  return taken
}

describe('batches of lines', () => {
  const line = fc.string({ unit: 'binary', maxLength: 80 }).map((text) => `${text.replaceAll('\n', ' ')}\n`)
  it('hold whole lines in their order, and are only longer than allowed for a single line', () =>
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const batches = new LineBatches(MAX_BATCH, MAX_BYTES)
        const accepted = lines.filter((text) => batches.add(text))
        const taken = takeAll(batches)
        expect(taken.map(({ text }) => text).join('')).toBe(accepted.join(''))
        expect(taken.reduce((sum, batch) => sum + batch.lines, 0)).toBe(accepted.length)
        for (const batch of taken) {
          expect(batch.bytes).toBe(Buffer.byteLength(batch.text))
          expect(batch.bytes <= MAX_BATCH || batch.lines === 1).toBe(true)
        }
        expect(batches.isEmpty).toBe(true)
      }),
    ))
  it('never hold more than they may, the one that is being written included', () => {
    const batches = new LineBatches(MAX_BATCH, MAX_BYTES)
    const ten = `${'x'.repeat(9)}\n`
    let accepted = 0
    while (batches.add(ten)) accepted += 1
    expect(accepted).toBe(51)
    const first = batches.take()
    expect(batches.add(ten)).toBe(false)
    if (first !== undefined) batches.release(first)
    expect(batches.add(ten)).toBe(true)
  })
  it('are full when another one was begun', () => {
    const batches = new LineBatches(MAX_BATCH, MAX_BYTES)
    batches.add(`${'x'.repeat(40)}\n`)
    expect(batches.hasFull).toBe(false)
    batches.add(`${'x'.repeat(40)}\n`)
    expect(batches.hasFull).toBe(true)
  })
})
