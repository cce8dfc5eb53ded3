import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createNameWatch, MAX_ADDRESSES, type NameEvent } from '../../../src/gateway/upstream/name-watch.ts'
import { createFakeClock, createFakeNames } from '../../support/fake-names.ts'

const DAY_MS = 24 * 3_600_000

function watchApp(...addresses: readonly string[]) {
  const names = createFakeNames()
  const clock = createFakeClock()
  const events: NameEvent[] = []
  const changes: (readonly string[])[] = []
  if (addresses.length > 0) names.set('app', ...addresses)
  const deps = { ...clock, resolve: names.resolve, onEvent: (event: NameEvent) => void events.push(event) }
  const watch = createNameWatch('app', 10_000, deps, (found) => void changes.push(found))
  const refresh = (): Promise<string> => new Promise((resolve) => watch.refresh(resolve))
  return { names, clock, events, changes, watch, refresh }
}

describe('the addresses of a name', () => {
  it('are looked up at once, sorted, and reported without a log line', async () => {
    const { clock, changes, events } = watchApp('10.0.0.2', '10.0.0.1')
    await clock.pass(0)
    expect(changes).toEqual([['10.0.0.1', '10.0.0.2']])
    expect(events).toEqual([])
  })

  it('are looked up again after the interval, and no earlier', async () => {
    const { names, clock } = watchApp('10.0.0.1')
    await clock.pass(0)
    await clock.pass(9_999)
    expect(names.asked).toHaveLength(1)
    await clock.pass(1)
    expect(names.asked).toHaveLength(2)
    await clock.pass(10_000)
    expect(names.asked).toHaveLength(3)
  })

  it('are reported when they change, and only then', async () => {
    const { names, clock, changes, events } = watchApp('10.0.0.1', '10.0.0.2')
    await clock.pass(0)
    names.set('app', '10.0.0.2', '10.0.0.1')
    await clock.pass(10_000)
    expect(changes).toHaveLength(1)
    names.set('app', '10.0.0.3', '10.0.0.2')
    await clock.pass(10_000)
    expect(changes[1]).toEqual(['10.0.0.2', '10.0.0.3'])
    expect(events).toEqual([
      { type: 'addresses_changed', host: 'app', added: ['10.0.0.3'], removed: ['10.0.0.1'] },
    ])
  })

  it('are bounded, and of too many the same ones are used each time', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `10.0.1.${i}`)
    const { names, clock, changes } = watchApp(...many)
    await clock.pass(0)
    expect(changes[0]).toHaveLength(MAX_ADDRESSES)
    names.set('app', ...many.toReversed())
    await clock.pass(10_000)
    expect(changes).toHaveLength(1)
  })
})

describe('a lookup out of turn', () => {
  it('happens once for all callers, and not again within half a second', async () => {
    const { names, clock, refresh } = watchApp('10.0.0.1')
    await clock.pass(0)
    await clock.pass(500)
    expect(await Promise.all([refresh(), refresh(), refresh()])).toEqual(['', '', ''])
    expect(names.asked).toHaveLength(2)
    await refresh()
    expect(names.asked).toHaveLength(2)
    await clock.pass(500)
    await refresh()
    expect(names.asked).toHaveLength(3)
  })

  it('is the first one while that is under way', async () => {
    const { names, changes, refresh } = watchApp('10.0.0.1')
    expect(await refresh()).toBe('')
    expect(changes).toEqual([['10.0.0.1']])
    expect(names.asked).toHaveLength(1)
  })

  it('answers why there is no address', async () => {
    const { refresh } = watchApp()
    expect(await refresh()).toBe('app: ENOTFOUND')
  })

  it('is not waited for by callers that gave up', async () => {
    const { clock, watch } = watchApp('10.0.0.1')
    const told: string[] = []
    watch.refresh(() => told.push('first'))()
    watch.refresh(() => told.push('second'))
    await clock.pass(0)
    expect(told).toEqual(['second'])
  })
})

describe('an outage of DNS', () => {
  it('keeps the known addresses, with one line at its start and one at its end', async () => {
    const { names, clock, changes, events, refresh } = watchApp('10.0.0.1')
    await clock.pass(0)
    names.fail()
    for (let i = 0; i < 5; i++) await clock.pass(10_000)
    expect(changes).toEqual([['10.0.0.1']])
    expect(await refresh()).toBe('')
    names.set('app', '10.0.0.1')
    await clock.pass(10_000)
    expect(events).toEqual([
      { type: 'resolve_failed', host: 'app', why: 'EAI_AGAIN', kept: 1 },
      { type: 'resolve_recovered', host: 'app', failures: 6 },
    ])
  })

  it('keeps them for a day', async () => {
    const { names, clock, changes } = watchApp('10.0.0.1')
    await clock.pass(0)
    names.fail()
    await clock.pass(DAY_MS)
    expect(changes).toHaveLength(1)
    await clock.pass(10_000)
    expect(changes[1]).toEqual([])
  })
})

describe('a name that is gone', () => {
  it('counts when that is answered twice in a row', async () => {
    const { names, clock, changes, events, refresh } = watchApp('10.0.0.1')
    await clock.pass(0)
    names.remove('app')
    await clock.pass(10_000)
    expect(changes).toHaveLength(1)
    await clock.pass(10_000)
    expect(changes[1]).toEqual([])
    expect(await refresh()).toBe('app: ENOTFOUND')
    expect(events.map(({ type }) => type)).toEqual(['resolve_failed', 'addresses_changed'])
    names.set('app', '10.0.0.9')
    await clock.pass(10_000)
    expect(changes[2]).toEqual(['10.0.0.9'])
  })

  it('does not count when an outage or an answer came in between', async () => {
    const { names, clock, changes } = watchApp('10.0.0.1')
    await clock.pass(0)
    for (let i = 0; i < 3; i++) {
      names.remove('app')
      await clock.pass(10_000)
      if (i === 1) names.fail()
      else names.set('app', '10.0.0.1')
      await clock.pass(10_000)
      names.set('app', '10.0.0.1')
    }
    expect(changes).toHaveLength(1)
  })
})

it('asks nothing and reports nothing after its end', async () => {
  const { names, clock, changes, watch } = watchApp('10.0.0.1')
  watch.close()
  await clock.pass(0)
  await clock.pass(60_000)
  expect(changes).toEqual([])
  expect(names.asked).toHaveLength(1)
})

const STEP = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', 'fd00::2'), { minLength: 1 }),
  }),
  fc.record({ kind: fc.constantFrom('gone' as const, 'fail' as const), addresses: fc.constant([]) }),
)

it('uses what the last good answer named, until the name is gone twice in a row', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 20 }), async (steps) => {
      const { names, clock, changes } = watchApp('10.0.0.1')
      await clock.pass(0)
      let expected: readonly string[] = ['10.0.0.1']
      let nones = 0
      for (const { kind, addresses } of steps) {
        if (kind === 'set') names.set('app', ...addresses)
        else if (kind === 'fail') names.fail()
        else {
          names.set('other', '10.0.0.1')
          names.remove('app')
        }
        await clock.pass(10_000)
        nones = kind === 'gone' ? nones + 1 : 0
        if (kind === 'set') expected = [...addresses].sort()
        else if (nones >= 2) expected = []
        expect(changes.at(-1)).toEqual(expected)
      }
    }),
  )
})
