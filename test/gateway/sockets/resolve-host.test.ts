import { describe, expect, it } from 'bun:test'
import { createResolveHost, resolveHost, type Resolution } from '../../../src/gateway/sockets/resolve-host.ts'

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

it('asks the system about names', async () => {
  const resolution = await resolveHost('localhost')
  expect(resolution.kind).toBe('addresses')
  if (resolution.kind === 'addresses') expect(['127.0.0.1', '::1']).toContain(resolution.addresses[0] ?? '')
})
