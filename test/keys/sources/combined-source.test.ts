import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createCombinedSource } from '../../../src/keys/sources/combined-source.ts'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { OneKeySource } from '../../../src/settings/keys/key-source.ts'
import { MAX_KEYS_TRIED, type KeyLookup, type KeySource } from '../../../src/keys/key-source.ts'
import type { VerificationKey } from '../../../src/keys/verification-key.ts'
import { createFakeWorld, jsonResponse, settle } from '../fake-world.ts'
import { keyPair, pem, secretOf, toBytes } from '../key-pairs.ts'
import { ask, jwk, never, request, SETTINGS, stateOf } from '../refresh/remote-harness.ts'

const OLD = 'https://old.example/jwks'
const NEW = 'https://new.example/jwks'

type Answer = readonly string[] | 'down' | 'hangs'

/** Two servers that publish keys of these kids, or do not answer. */
function createTwo(answers: { old: Answer; new: Answer }, extra: readonly OneKeySource[] = []) {
  const world = createFakeWorld()
  const fetched: string[] = []
  world.answer = (url) => {
    fetched.push(url === OLD ? 'old' : 'new')
    const answer = url === OLD ? answers.old : answers.new
    if (answer === 'hangs') return never()
    if (answer === 'down') return Promise.reject(new TypeError('down'))
    return Promise.resolve(jsonResponse({ keys: answer.map((kid) => jwk(kid)) }))
  }
  const settings = [{ ...SETTINGS, url: OLD }, { ...SETTINGS, url: NEW }, ...extra]
  const parts = settings.map((one) => createKeySource(one, ['ES256'], world.deps))
  return { world, fetched, parts, source: createCombinedSource(parts), answers }
}

async function started(old: Answer, fresh: Answer, extra?: readonly OneKeySource[]) {
  const two = createTwo({ old, new: fresh }, extra)
  await two.source.started
  await settle()
  two.fetched.length = 0
  return two
}

describe('an issuer with several key sources', () => {
  it('finds the keys of each, and fetches nothing for a kid that one of them knows', async () => {
    const { source, fetched } = await started(['a'], ['b'])
    expect([stateOf(source, 'a'), stateOf(source, 'b')]).toEqual(['found', 'found'])
    expect(fetched).toEqual([])
    source.close()
  })

  it('lets an unknown kid make each of them fetch, once', async () => {
    const { source, fetched, answers } = await started(['a'], ['b'])
    answers.new = ['b', 'c']
    expect(await Promise.all([request(source, 'c'), request(source, 'c')])).toEqual(['found', 'found'])
    expect(fetched.toSorted()).toEqual(['new', 'old'])
    expect(await request(source, 'nobody')).toBe('kid_unknown')
    source.close()
  })

  const down: readonly (readonly [kid: string | undefined, state: string])[] = [
    ['a', 'found'],
    ['b', 'unavailable'],
    [undefined, 'found'],
  ]
  for (const [kid, state] of down) {
    it(`answers ${state} for ${kid ?? 'no kid'} while one of them has never answered`, async () => {
      const { source } = await started(['a'], 'down')
      expect(await (kid === undefined ? stateOf(source, kid) : request(source, kid))).toBe(state)
      source.close()
    })
  }

  it('reports that a source that does not answer may have the key, unless the token names a known one', async () => {
    const { source } = await started(['a'], 'down')
    expect(ask(source, undefined)).toMatchObject({ othersRetryAfterSeconds: 1 })
    expect(ask(source, 'a')).not.toHaveProperty('othersRetryAfterSeconds')
    source.close()
  })

  it('waits for the first load of one, but not for a kid that another knows', async () => {
    const { source, parts } = createTwo({ old: ['a'], new: 'hangs' })
    await parts[0]?.started
    expect([stateOf(source, 'a'), stateOf(source, 'b')]).toEqual(['found', 'pending'])
    source.close()
  })

  it('looks for a new kid behind keys without names', async () => {
    const file: OneKeySource = { kind: 'pem', texts: [pem(keyPair('P-256', 'nameless').publicKey)] }
    const { source, answers, fetched } = await started(['a'], ['b'], [file])
    answers.new = ['b', 'c']
    expect(await request(source, 'c')).toBe('found')
    expect(fetched.toSorted()).toEqual(['new', 'old'])
    const found = ask(source, 'c')
    expect(found.state === 'found' && found.keys.map(({ kid }) => kid)).toEqual(['c', undefined])
    source.close()
  })

  it('tries no more keys than one source may have', async () => {
    const { source } = await started(['a', 'b', 'c'], ['d', 'e'])
    expect(stateOf(source, undefined)).toBe('kid_missing')
    expect(stateOf(source, 'e')).toBe('found')
    source.close()
    const doubled = await started(['a', 'b', 'c'], ['a', 'b', 'c'])
    const found = ask(doubled.source, undefined)
    expect(found.state === 'found' && found.keys.length).toBe(3)
    doubled.source.close()
  })

  it('trusts a key for as long as one of them has it', async () => {
    const { source, answers, world } = await started(['a'], ['b'])
    const found = ask(source, 'b')
    const key = found.state === 'found' ? found.keys[0] : undefined
    if (key === undefined) throw new Error('no key')
    expect(source.trusts(key)).toBe(true)
    source.noteUse(key)
    expect(source.status().history.map(({ lastUsedMs }) => lastUsedMs !== undefined)).toEqual([false, true])
    answers.new = ['c']
    expect(await request(source, 'c')).toBe('found')
    expect(source.trusts(key)).toBe(false)
    expect(source.status()).toMatchObject({ state: 'fresh', keys: [{ kid: 'a' }, { kid: 'c' }] })
    expect(world.timers().length).toBeGreaterThan(0)
    source.close()
  })
})

describe('several secrets', () => {
  const of = (secrets: readonly object[]): KeySource => {
    const { deps } = createFakeWorld()
    const settings = secrets.map((more): OneKeySource => ({
      kind: 'secret',
      secret: secretOf(32),
      allowShortSecret: false,
      ...more,
    }))
    return createCombinedSource(settings.map((one) => createKeySource(one, ['HS256'], deps)))
  }
  const candidates = (source: KeySource, kid?: string): number | string => {
    const found = source.lookup(kid, 'HS256', true)
    return found.state === 'found' ? found.keys.length : found.state
  }

  it('are all candidates without kids, and those of its kid with them', () => {
    expect(candidates(of([{}, {}]), 'any')).toBe(2)
    expect(candidates(of([{ kid: 'new' }, { kid: 'old' }]), 'new')).toBe(1)
    expect(candidates(of([{ kid: 'new' }, { kid: 'old' }]), 'other')).toBe('kid_unknown')
    expect(candidates(of([{ kid: 'new' }, {}]), 'old')).toBe(1)
    expect(candidates(of([{ kid: 'new' }, {}]))).toBe(2)
    expect(candidates(of(Array.from({ length: MAX_KEYS_TRIED + 1 }, () => ({}))))).toBe('kid_missing')
  })
})

describe('a JWK set file of shared secrets', () => {
  const k = Buffer.from(secretOf(32)).toString('base64url')
  const open = (keys: readonly unknown[], more: object = { allowSymmetric: true }) => {
    const deps = { ...createFakeWorld().deps, readFileSync: () => toBytes(JSON.stringify({ keys })) }
    return createKeySource({ kind: 'jwks_file', file: '/k.json', ...more }, ['HS256'], deps)
  }
  const old = { kty: 'oct', k, kid: 'old' }

  it('gives a key to each kid, and never one that is public', () => {
    const source = open([old, { ...old, kid: 'new', alg: 'HS256' }, jwk('public')])
    expect(source.status().keys.map(({ kid }) => kid)).toEqual(['old', 'new'])
    expect(source.status().ignored.map(({ kid }) => kid)).toEqual(['public'])
    source.close()
  })

  it('is one key for the same secret twice under one name', () => {
    const source = open([old, { ...old, use: 'sig' }, { ...old, kid: 'other' }])
    expect(source.status().keys.map(({ kid }) => kid)).toEqual(['old', 'other'])
    source.close()
  })

  it('keeps the keys that stay when the file changes, and reports the others only', () => {
    const fresh = { ...old, k: Buffer.from(secretOf(33)).toString('base64url'), kid: 'new' }
    const world = createFakeWorld()
    let keys = [old]
    const deps = { ...world.deps, readFileSync: () => toBytes(JSON.stringify({ keys })) }
    const settings = { kind: 'jwks_file', file: '/k.json', allowSymmetric: true } as const
    const source = createKeySource(settings, ['HS256'], deps)
    const [key] = source.status().keys
    if (key === undefined) throw new Error('no key')
    world.events.length = 0
    keys = [fresh, old]
    world.advance(2_000)
    expect(source.trusts(key)).toBe(true)
    expect(world.events.filter(({ type }) => type === 'keys_changed')).toMatchObject([
      { added: ['new'], removed: [] },
    ])
    keys = [fresh, { ...fresh, kid: 'old' }]
    world.advance(2_000)
    expect(source.trusts(key)).toBe(false)
    source.close()
  })

  const refused: readonly (readonly [string, object])[] = [
    ['another use', { use: 'enc' }],
    ['a purpose that is not verifying', { key_ops: ['encrypt'] }],
    ['an algorithm that the issuer does not have', { alg: 'HS512' }],
    ['a secret that can be guessed', { k: 'AAAA' }],
    ['a secret that is shorter than the digest', { k: Buffer.alloc(31).toString('base64url') }],
    ['padding', { k: `${k}=` }],
    ['stray bits', { k: `${k.slice(0, -1)}${k.endsWith('B') ? 'C' : 'B'}` }],
    ['no secret', { k: undefined }],
    ['a kid that cannot be printed', { kid: '\n' }],
  ]
  for (const [what, more] of refused) {
    it(`refuses a secret with ${what}`, () => {
      expect(() => open([{ ...old, ...more }])).toThrow(
        expect.objectContaining({ code: 'ERR_KEYS_JWKS_INVALID' }),
      )
    })
  }

  it('is refused unless it is declared as one', () =>
    expect(() => open([old], {})).toThrow(expect.objectContaining({ code: 'ERR_KEYS_JWKS_INVALID' })))
})

describe('whatever its sources answer', () => {
  /** Only their names are looked at. */
  const material = createSecretKey(new Uint8Array(32))
  const key = (name: string): VerificationKey =>
    ({
      kid: name,
      thumbprint: name,
      description: '',
      material,
      verifiers: new Map(),
    }) satisfies VerificationKey
  const found = fc
    .tuple(
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([names, isGuess]): KeyLookup => {
      const keys = names.map(key)
      return isGuess ? { state: 'found', keys, isGuess } : { state: 'found', keys }
    })
  const answer = fc.oneof(
    found,
    fc.constantFrom<KeyLookup>({ state: 'kid_unknown' }, { state: 'kid_missing' }, { state: 'unsuitable' }),
    fc
      .integer({ min: 1, max: 60 })
      .map((retryAfterSeconds): KeyLookup => ({ state: 'unavailable', retryAfterSeconds })),
  )

  it('an issuer refuses for good only when every source has refused, and tries no more keys than one may have', () =>
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('a', undefined),
        (answers, kid) => {
          const asked: boolean[] = []
          const parts = answers.map((one) => ({
            lookup(_kid: unknown, _algorithm: unknown, mayWait: boolean) {
              asked.push(mayWait)
              return mayWait ? { state: 'pending', settled: Promise.resolve() } : one
            },
          })) as unknown as readonly KeySource[]
          const source = createCombinedSource(parts)
          const told = source.lookup(kid, 'ES256', false)
          const states = answers.map(({ state }) => state)
          const named =
            kid !== undefined && answers.some((one) => one.state === 'found' && one.isGuess !== true)
          expect(told.state).not.toBe('pending')
          expect(asked).not.toContain(true)
          if (states.includes('found')) expect(['found', 'kid_missing']).toContain(told.state)
          else if (states.includes('unavailable')) expect(told.state).toBe('unavailable')
          else expect(states).toContain(told.state)
          if (told.state === 'found') {
            expect(told.keys.length).toBeLessThanOrEqual(MAX_KEYS_TRIED)
            const isOpen = !named && states.includes('unavailable')
            expect(told.othersRetryAfterSeconds !== undefined).toBe(isOpen)
          }
          // A kid that one of them knows makes no other fetch.
          source.lookup(kid, 'ES256', true)
          expect(asked.includes(true) && named).toBe(false)
        },
      ),
      { numRuns: 2_000 },
    ))
})
