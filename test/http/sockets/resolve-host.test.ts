import { describe, expect, it } from 'bun:test'
import { createResolveHost, resolveHost, type Resolution } from '../../../src/http/sockets/resolve-host.ts'

const answering = (...addresses: readonly string[]) =>
  createResolveHost(async () => addresses.map((address) => ({ address })))
const failing = (thrown: unknown) => createResolveHost(() => Promise.reject(thrown))
const coded = (code: string): Error => Object.assign(new Error('getaddrinfo'), { code })

/** What the system answers, and what that is taken for. */
const ANSWERS: readonly (readonly [what: string, ReturnType<typeof createResolveHost>, Resolution])[] = [
  [
    'addresses in their order, each once',
    answering('::1', '10.0.0.2', '10.0.0.1', '10.0.0.2'),
    { kind: 'addresses', addresses: ['::1', '10.0.0.2', '10.0.0.1'] },
  ],
  ['no address', answering(), { kind: 'none', why: 'no address' }],
  // DNS filters answer so; connecting there would reach this machine.
  ['unspecified addresses alone', answering('0.0.0.0', '::'), { kind: 'none', why: 'no address' }],
  [
    'an unspecified address beside another',
    answering('0.0.0.0', '10.0.0.1'),
    { kind: 'addresses', addresses: ['10.0.0.1'] },
  ],
  ['an unknown name', failing(coded('ENOTFOUND')), { kind: 'none', why: 'ENOTFOUND' }],
  ['a name without addresses', failing(coded('ENODATA')), { kind: 'none', why: 'ENODATA' }],
  ['a server that failed', failing(coded('EAI_AGAIN')), { kind: 'failed', why: 'EAI_AGAIN' }],
  ['an error without a code', failing(new Error('odd')), { kind: 'failed', why: 'lookup failed' }],
  ['something else that is thrown', failing(undefined), { kind: 'failed', why: 'lookup failed' }],
]

describe('an answer of the system', () => {
  for (const [what, resolve, resolution] of ANSWERS)
    it(`is ${resolution.kind}: ${what}`, async () => expect(await resolve('app')).toEqual(resolution))
})

it('runs two lookups at a time, so that a dead DNS server leaves threads for passwords', async () => {
  const pending: (() => void)[] = []
  const asked: string[] = []
  const resolve = createResolveHost(async (host) => {
    asked.push(host)
    await new Promise<void>((release) => pending.push(release))
    return [{ address: '10.0.0.1' }]
  })
  const all = ['a', 'b', 'c', 'd'].map((host) => resolve(host))
  await Promise.resolve()
  expect(asked).toEqual(['a', 'b'])
  pending[0]?.()
  await all[0]
  expect(asked).toEqual(['a', 'b', 'c'])
  pending[1]?.()
  await all[1]
  expect(asked).toEqual(['a', 'b', 'c', 'd'])
  for (const release of pending) release()
  expect(await Promise.all(all)).toHaveLength(4)
})

/** A resolver whose lookups end when the test ends them. */
function createHeldLookups() {
  const asked: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const resolve = createResolveHost((host) => {
    asked.push(host)
    return new Promise((found, fail) => {
      ends.set(host, (error) => (error === undefined ? found([{ address: '10.0.0.1' }]) : fail(error)))
    })
  })
  return { asked, resolve, end: (host: string, error?: Error) => ends.get(host)?.(error) }
}

it('gives names that failed one of the two turns, so that others need not wait behind them', async () => {
  const { asked, resolve, end } = createHeldLookups()
  for (const host of ['dead-1', 'dead-2', 'dead-3']) {
    const first = resolve(host)
    end(host, coded('EAI_AGAIN'))
    expect((await first).kind).toBe('failed')
  }
  asked.length = 0
  const again = ['dead-1', 'dead-2', 'dead-3'].map((host) => resolve(host))
  const healthy = [resolve('app'), resolve('other')]
  expect(asked).toEqual(['dead-1', 'app'])
  end('app')
  await healthy[0]
  expect(asked).toEqual(['dead-1', 'app', 'other'])
  end('dead-1')
  await again[0]
  expect(asked).toEqual(['dead-1', 'app', 'other', 'dead-2'])
  end('other')
  await healthy[1]
  end('dead-2')
  await again[1]
  // One that has answered is like any other again.
  const back = [resolve('dead-1'), resolve('app')]
  expect(asked.slice(4)).toEqual(['dead-3', 'dead-1'])
  end('dead-1')
  await back[0]
  for (const host of ['app', 'dead-3']) end(host)
  await Promise.all([...again, ...back])
})

it('looks a name up once for all that ask for it at the same time', async () => {
  const { asked, resolve, end } = createHeldLookups()
  const all = [resolve('app'), resolve('app'), resolve('app')]
  end('app')
  for (const resolution of await Promise.all(all)) expect(resolution.kind).toBe('addresses')
  expect(asked).toEqual(['app'])
  const later = resolve('app')
  expect(asked).toEqual(['app', 'app'])
  end('app')
  await later
})

it('asks the system about names', async () => {
  const resolution = await resolveHost('localhost')
  expect(resolution.kind).toBe('addresses')
  if (resolution.kind === 'addresses') expect(['127.0.0.1', '::1']).toContain(resolution.addresses[0] ?? '')
})
