import { afterAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createDeadlines, type Expiring } from '../../src/http/deadlines.ts'

const deadlines = createDeadlines()
afterAll(() => deadlines.close())

interface Item extends Expiring {
  fired: number
}

/** One that is due at once. */
const item = (onDeadline: (self: Item) => void = () => {}): Item => ({
  deadlineMs: 0,
  fired: 0,
  onDeadline() {
    this.fired += 1
    onDeadline(this)
  },
})

/** Everything that was due before has been called. */
const tick = (): Promise<void> =>
  new Promise((resolve) => {
    const end = item(() => {
      deadlines.remove(end)
      resolve()
    })
    deadlines.add(end)
  })

const twoTicks = (): Promise<void> => tick().then(tick)

describe('deadlines', () => {
  it('are met once by each item that was added and not removed, in whatever order', async () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 })), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const items = Array.from({ length: 10 }, () => item())
        const listed = new Set<Item>()
        for (const [isAdded, at] of all) {
          const one = items[at] as Item
          if (isAdded) {
            deadlines.add(one)
            listed.add(one)
          } else {
            deadlines.remove(one)
            listed.delete(one)
          }
        }
        await twoTicks()
        expect(items.map(({ fired }) => fired)).toEqual(items.map((one) => (listed.has(one) ? 1 : 0)))
        for (const one of items) deadlines.remove(one)
      }),
      { numRuns: 20 },
    )
  })

  it('are met by all others when items remove themselves, each other, and add new ones', async () => {
    const late = item()
    const items: Item[] = Array.from({ length: 20 }, (_, at) =>
      item((self) => {
        deadlines.remove(self)
        if (at === 10) deadlines.add(late)
        // Whichever of the two is called first, the other one is not called.
        if (at === 3) deadlines.remove(items[16] as Item)
        if (at === 16) deadlines.remove(items[3] as Item)
      }),
    )
    for (const one of items) deadlines.add(one)
    await twoTicks()
    const fired = items.map((one) => one.fired)
    expect((fired[3] ?? 0) + (fired[16] ?? 0)).toBe(1)
    expect(fired.filter((_, at) => at !== 3 && at !== 16)).toEqual(Array.from({ length: 18 }, () => 1))
    expect(late.fired).toBe(1)
    deadlines.remove(late)
  })

  it('are met again when a new one is set', async () => {
    const one = item()
    deadlines.add(one)
    await twoTicks()
    one.deadlineMs = 0
    await twoTicks()
    expect(one.fired).toBe(2)
    deadlines.remove(one)
  })
})
