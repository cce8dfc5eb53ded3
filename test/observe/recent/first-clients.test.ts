import { expect, it } from 'bun:test'
import { createFirstClients } from '../../../src/observe/recent/first-clients.ts'

it('a client is new once in ten seconds; a network of IPv6 is one client, and a flood of addresses ends', () => {
  let nowMs = 0
  const clients = createFirstClients(() => nowMs)
  const first = (...addresses: readonly string[]): readonly boolean[] =>
    addresses.map((address) => clients.isFirst(address))
  expect(first('192.0.2.1', '192.0.2.1', '192.0.2.2')).toEqual([true, false, true])
  expect(first('2001:db8::1', '2001:db8::2', '2001:db8:0:1::1')).toEqual([true, false, true])
  nowMs = 10_000
  expect(first('192.0.2.1')).toEqual([true])
  const flood = Array.from({ length: 2_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
  expect(first(...flood).filter(Boolean)).toHaveLength(999)
})
