import { describe, expect, it } from 'bun:test'
import { createRest } from '../../../src/app/loading/rest.ts'
import { compileGuard, compileGuardSliced } from '../../../src/decision/guard.ts'
import { finishInSlices, type Sliced } from '../../../src/slices.ts'
import { loadOrThrow, CONFIG } from '../../support/run-service.ts'

/** One step for each. */
function* each(items: readonly number[], run: (item: number) => void): Sliced<number> {
  for (const item of items) {
    run(item)
    yield
  }
  return items.length
}

describe('work in slices', () => {
  it('lets everything else run after each slice', async () => {
    const order: string[] = []
    const other = setInterval(() => void order.push('other'), 0)
    const done = await finishInSlices(
      each([1, 2, 3], (item) => void order.push(`${item}`)),
      createRest(0),
    )
    expect(done).toBe(3)
    clearInterval(other)
    expect(order.filter((what) => what !== 'other')).toEqual(['1', '2', '3'])
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('3'))
  })

  it('goes on without a rest until the slice ends', async () => {
    let others = 0
    const other = setInterval(() => void others++, 0)
    await finishInSlices(
      each([1, 2, 3], () => undefined),
      createRest(Number.POSITIVE_INFINITY),
    )
    clearInterval(other)
    expect(others).toBe(0)
  })

  it('rests between routes, and compiles the same guard', async () => {
    const { config, guard: opened } = await loadOrThrow(CONFIG)
    const input = { ...config.settings, ...config.settings.limits, issuers: opened.issuers }
    let rests = 0
    const guard = await finishInSlices(compileGuardSliced(input), () => void rests++)
    expect(rests).toBeGreaterThanOrEqual(config.settings.routes.length)
    const whole = compileGuard(input)
    for (const path of ['/healthz', '/orders/1', '/ORDERS/1', '/other']) {
      for (const method of ['GET', 'POST']) {
        const query = { method, host: 'api.example.com', path }
        expect(guard.routes?.match(query)?.name).toBe(whole.routes?.match(query)?.name as never)
      }
    }
  })
})
