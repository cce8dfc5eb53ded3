import { expect, it } from 'bun:test'
import { createEjection } from '../../../src/gateway/upstream/ejection.ts'

const RULES = { ejectAfter: 3, ejectForMs: 10_000 }

it('leaves a server alone after as many failures in a row as the rules name', () => {
  const ejection = createEjection(RULES, false)
  for (const step of ['failed', 'failed', 'succeeded', 'failed', 'failed'] as const) ejection[step](0)
  expect(ejection.isEjected(0)).toBe(false)
  ejection.failed(5)
  expect([ejection.isEjected(5), ejection.isEjected(10_004), ejection.isEjected(10_005)]).toEqual([
    true,
    true,
    false,
  ])
})

it('leaves an address of a name alone at its first failure, and for longer each time, until it was reached', () => {
  const ejection = createEjection(RULES, true)
  const times: number[] = []
  const lastMs = (): number => {
    ejection.failed(0)
    return [0, 10, 20, 40, 60, 80].findLast((seconds) => ejection.isEjected(seconds * 1_000 - 1)) ?? 0
  }
  for (let i = 0; i < 5; i++) times.push(lastMs())
  expect(times).toEqual([10, 20, 40, 60, 60])
  ejection.reached()
  const before = ejection.isEjected(60_000)
  ejection.failed(60_000)
  expect([before, ejection.isEjected(60_000)]).toEqual([false, false])
})
