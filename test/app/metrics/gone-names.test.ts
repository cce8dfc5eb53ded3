import { expect, it } from 'bun:test'
import { createDropping } from '../../../src/app/metrics/gone-names.ts'
import type { IsConfigured } from '../../../src/observe/metrics/configured-names.ts'
import { CONFIG, loadOrThrow } from '../../support/run-service.ts'

it('names that a reload has removed are dropped a while later, by the configuration of that moment', async () => {
  const first = await loadOrThrow(CONFIG)
  const second = await loadOrThrow(CONFIG.replaceAll('name: read,', 'name: other,'))
  let current = first
  const dropped = Promise.withResolvers<IsConfigured>()
  let calls = 0
  const replaced = createDropping(
    () => current,
    // oxlint-disable-next-line require-yield -- All of it in one slice.
    function* (isConfigured) {
      calls += 1
      dropped.resolve(isConfigured)
      return undefined
    },
    5,
  )
  replaced()
  replaced()
  current = second
  const isConfigured = await dropped.promise
  expect(calls).toBe(1)
  const asked = [
    ['route', 'other'],
    ['route', 'read'],
    ['route', 'health'],
    ['policy', 'read'],
    ['policy', 'any-valid-token'],
    ['policy', 'health'],
    ['issuer', 'main'],
    ['issuer', 'other'],
  ] as const
  expect(asked.filter(([label, name]) => isConfigured(label, name)).map((one) => one.join(' '))).toEqual([
    'route other',
    'route health',
    'policy read',
    'policy any-valid-token',
    'issuer main',
  ])
  first.close()
  second.close()
})
