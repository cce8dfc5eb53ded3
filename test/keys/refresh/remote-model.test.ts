import { describe, it } from 'bun:test'
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySource } from '../../../src/keys/key-source.ts'
import type { VerificationKey } from '../../../src/keys/verification-key.ts'
import { createFakeWorld, jsonResponse, settle } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { jwk, SETTINGS, stateOf } from './remote-harness.ts'

const KIDS = ['a', 'b', 'c', 'd'] as const
type Kid = (typeof KIDS)[number]
const HOUR = 3_600_000
const { maxStaleMs } = SETTINGS

/** What must be true of the keys, written without any of the machinery that makes it true. */
interface Model {
  isUp: boolean
  /** Kid to the label of its material, at the issuer. */
  published: Map<Kid, string>
  /** The same as of the last answer that was good. */
  loaded: Map<Kid, string>
  loadedAtMs: number
}

interface Real {
  readonly world: FakeWorld
  readonly source: KeySource
  /** Every key object that was ever handed out, with what it is. */
  readonly handedOut: Map<VerificationKey, string>
}

const nameOf = (kid: string, label: string): string => `${kid}/${label}`

/** The issuer as it is now; called again after each change of the model. */
function serve(model: Model, world: FakeWorld): void {
  world.answer = () => {
    if (!model.isUp) return Promise.reject(new TypeError('down'))
    model.loaded = new Map(model.published)
    model.loadedAtMs = world.deps.nowMs()
    return Promise.resolve(
      jsonResponse({ keys: [...model.published].map(([kid, label]) => jwk(kid, label)) }),
    )
  }
}

/** What a token signed by each key would meet now, and what the cache would answer. */
function verify(model: Model, { world, source, handedOut }: Real): void {
  const isYoung = world.deps.nowMs() - model.loadedAtMs <= maxStaleMs
  for (const kid of KIDS) {
    const label = model.loaded.get(kid)
    const answer = source.lookup(kid, 'ES256', false)
    assert.equal(answer.state, isYoung ? (label === undefined ? 'kid_unknown' : 'found') : 'unavailable', kid)
    if (answer.state !== 'found' || label === undefined) continue
    const expected = jwkThumbprints.get(nameOf(kid, label))
    assert.deepEqual(
      answer.keys.map(({ thumbprint }) => thumbprint),
      [expected],
    )
    for (const key of answer.keys) handedOut.set(key, nameOf(kid, label))
  }
  // No key object outlives its place in the set, nor the age of the set.
  for (const [key, name] of handedOut) {
    const isLoaded = [...model.loaded].some(([kid, label]) => nameOf(kid, label) === name)
    if (source.trusts(key)) assert.ok(isLoaded && isYoung, name)
  }
}

class Step implements fc.AsyncCommand<Model, Real> {
  readonly #name: string
  readonly #change: (model: Model, real: Real) => void | Promise<void>

  constructor(name: string, change: (model: Model, real: Real) => void | Promise<void>) {
    this.#name = name
    this.#change = change
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.#change(model, real)
    await settle()
    verify(model, real)
  }

  toString(): string {
    return this.#name
  }
}

/** Time passes timer by timer, so that what each of them starts can end. */
async function pass(ms: number, { world }: Real): Promise<void> {
  let leftMs = ms
  for (let next = world.timers()[0]; next !== undefined && next <= leftMs; next = world.timers()[0]) {
    leftMs -= next
    world.advance(next)
    await settle()
  }
  world.advance(leftMs)
}

let rotations = 0
const steps = [
  fc.constant(new Step('the issuer is up', (model) => void (model.isUp = true))),
  fc.constant(new Step('the issuer fails', (model) => void (model.isUp = false))),
  fc
    .constantFrom(...KIDS)
    .map(
      (kid) =>
        new Step(
          `publish ${kid}`,
          (model) => void (model.published.has(kid) || model.published.set(kid, kid)),
        ),
    ),
  fc.constantFrom(...KIDS).map(
    (kid) =>
      new Step(`remove ${kid}`, (model) => {
        if (model.published.size > 1) model.published.delete(kid)
      }),
  ),
  fc.constantFrom(...KIDS).map(
    (kid) =>
      new Step(`other material for ${kid}`, (model) => {
        rotations += 1
        if (model.published.has(kid)) model.published.set(kid, `${kid}-${rotations % 5}`)
      }),
  ),
  fc
    .constantFrom(1_000, 30_000, 600_000, HOUR, 25 * HOUR)
    .map((ms) => new Step(`${ms} ms pass`, (_model, real) => pass(ms, real))),
  fc.constantFrom(...KIDS, 'x', 'y').map(
    (kid) =>
      new Step(`a token of ${kid}`, async (_model, { source }) => {
        stateOf(source, kid)
        await settle()
      }),
  ),
  // The heart of it: within one refresh of a good issuer, what it publishes is what is trusted.
  fc.constant(
    new Step('a refresh', async (model, real) => {
      await pass(SETTINGS.refreshMs * 1.1, real)
      if (!model.isUp) return
      assert.deepEqual(model.loaded, model.published)
      for (const [key, name] of real.handedOut) {
        const isPublished = [...model.published].some(([kid, label]) => nameOf(kid, label) === name)
        if (!isPublished) assert.equal(real.source.trusts(key), false, `${name} was removed`)
      }
      for (const kid of model.published.keys()) assert.equal(stateOf(real.source, kid, false), 'found', kid)
    }),
  ),
]

const jwkThumbprints = new Map<string, string>()

/** The thumbprint of all material that the steps may publish, from a source of its own. */
async function learnThumbprints(): Promise<void> {
  for (const kid of KIDS) {
    for (const label of [kid, ...Array.from({ length: 5 }, (_, index) => `${kid}-${index}`)]) {
      const world = createFakeWorld()
      world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk(kid, label)] }))
      const source = createKeySource(SETTINGS, ['ES256'], world.deps)
      await source.started
      jwkThumbprints.set(nameOf(kid, label), source.status().keys[0]?.thumbprint ?? '')
      source.close()
    }
  }
}

describe('a remote key source, whatever happens', () => {
  it('never trusts a key after its removal was seen, and never fails a good key of a fresh set', async () => {
    await learnThumbprints()
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 40 }), async (commands) => {
        const world = createFakeWorld()
        const model: Model = {
          isUp: true,
          published: new Map([['a', 'a']]),
          loaded: new Map(),
          loadedAtMs: 0,
        }
        serve(model, world)
        const source = createKeySource(SETTINGS, ['ES256'], world.deps)
        await source.started
        await fc.asyncModelRun(() => ({ model, real: { world, source, handedOut: new Map() } }), commands)
        source.close()
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})
