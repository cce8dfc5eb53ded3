import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createWorkQueue, type WorkOwner } from '../../../../src/gateway/judges/passwords/work-queue.ts'

const RUNNING = 4
const WAITING = 16

/** Work that ends when the test ends it. */
function bench(running = RUNNING, waiting = WAITING) {
  const queue = createWorkQueue(running, waiting)
  /** Names of the work under way, and how to end it. */
  const active: { readonly name: string; readonly owner: WorkOwner; readonly end: () => void }[] = []
  const begun: string[] = []
  const refused: string[] = []
  return {
    active,
    begun,
    refused,
    /** Undefined if there was no room. */
    run(name: string, address: string, group = 'users') {
      const owner = { group, address }
      const work = (): Promise<void> => {
        begun.push(name)
        return new Promise((end) => void active.push({ name, owner, end }))
      }
      const takeBack = queue.run(owner, work, () => void refused.push(name))
      if (takeBack === undefined) refused.push(name)
      return takeBack
    },
    async end(at = 0) {
      active.splice(at, 1)[0]?.end()
      for (let i = 0; i < 5; i++) await Promise.resolve()
    },
  }
}

describe('one address', () => {
  it('runs half of what may run and waits with half of what may wait', () => {
    const { begun, refused, run } = bench()
    for (let i = 0; i < 100; i++) run(`${i}`, 'a')
    expect(begun).toEqual(['0', '1'])
    expect(refused).toHaveLength(100 - 2 - 8)
  })

  it('has no larger share by asking for several groups', () => {
    const { begun, refused, run } = bench()
    for (let i = 0; i < 100; i++) run(`${i}`, 'a', `group ${i % 10}`)
    expect([begun.length, refused.length]).toEqual([2, 90])
  })

  it('leaves a place for another address, which begins at once', () => {
    const { begun, run } = bench()
    for (let i = 0; i < 100; i++) run(`${i}`, 'flood')
    run('login', 'user')
    expect(begun.at(-1)).toBe('login')
  })

  it('always has one piece at least, on the smallest machine', async () => {
    const { begun, run, end } = bench(1, 1)
    for (const name of ['1', '2', '3']) run(name, 'a')
    await end()
    expect(begun).toEqual(['1', '2'])
  })
})

describe('turns', () => {
  it('are taken by addresses, however much work each has waiting', async () => {
    const { begun, run, end } = bench(1, 16)
    for (const name of ['a1', 'a2', 'a3', 'a4']) run(name, 'a')
    for (const name of ['b1', 'b2']) run(name, 'b')
    run('c1', 'c')
    for (let i = 0; i < 6; i++) await end()
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  it('are taken by groups first: many addresses at one route delay no other route', async () => {
    const { begun, run, end } = bench(1, 64)
    for (let i = 0; i < 30; i++) run(`flood ${i}`, `address ${i}`, 'attacked')
    run('login', 'user', 'other')
    await end()
    await end()
    expect(begun).toContain('login')
  })
})

describe('a full queue', () => {
  it('gives the last place of the address that waits with most to one that waits with less', () => {
    const { refused, run } = bench(1, 8)
    for (const name of ['a0', 'a1', 'a2', 'a3', 'a4']) run(name, 'a')
    for (const name of ['b1', 'b2', 'b3', 'b4']) run(name, 'b')
    expect(refused).toEqual([])
    run('c1', 'c')
    expect(refused).toEqual(['a4'])
    run('b5', 'b')
    expect(refused).toEqual(['a4', 'b5'])
  })

  it('is refused to a new address if each address waits with one piece', () => {
    const { refused, run } = bench(1, 4)
    for (const name of ['0', '1', '2', '3', '4']) run(name, name)
    expect(run('late', 'late')).toBeUndefined()
    expect(refused).toEqual(['late'])
  })
})

describe('a piece of work', () => {
  it('can be taken back while it waits, once', async () => {
    const { begun, run, end } = bench(1, 4)
    const first = run('first', 'a')
    const second = run('second', 'b')
    expect([first?.(), second?.(), second?.()]).toEqual([false, true, false])
    await end()
    expect(begun).toEqual(['first'])
  })

  it('cannot be taken back when its place was given away', () => {
    const { run } = bench(1, 4)
    run('a0', 'a')
    run('a1', 'a')
    const last = run('a2', 'a')
    for (const name of ['b1', 'b2', 'c1']) run(name, name[0] ?? '')
    expect(last?.()).toBe(false)
  })
})

type Step = { readonly kind: 'run' | 'end' | 'take back'; readonly at: number }
const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom('run', 'run', 'end', 'take back'), at: fc.nat(7) }),
  { maxLength: 200 },
)

it('is never beyond its bounds, never idle beside work that may run, and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, fc.integer({ min: 1, max: 4 }), async (steps, running) => {
      const { active, begun, refused, run, end } = bench(running, 6)
      const share = Math.max(1, Math.floor(running / 2))
      const taken = new Set<string>()
      const handles: [string, () => boolean][] = []
      let made = 0
      for (const { kind, at } of steps) {
        if (kind === 'run') {
          const name = `${made++}`
          const takeBack = run(name, `address ${at % 4}`, `group ${at % 2}`)
          if (takeBack !== undefined) handles.push([name, takeBack])
        } else if (kind === 'end') await end(active.length === 0 ? 0 : at % active.length)
        else {
          const [name, takeBack] = handles[at] ?? ['', () => false]
          if (takeBack()) taken.add(name)
        }
        expect(active.length).toBeLessThanOrEqual(running)
        for (let i = 0; i < 4; i++) {
          const own = active.filter(({ owner }) => owner.address === `address ${i}`)
          expect(own.length).toBeLessThanOrEqual(share)
        }
      }
      while (active.length > 0) await end()
      const all = [...begun, ...refused, ...taken]
      expect(all.length).toBe(made)
      expect(new Set(all).size).toBe(made)
    }),
  )
})
