import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse } from 'yaml'
import { renderConfig } from '../../src/config/show-config.ts'
import { ROOT } from '../../src/settings/definition.ts'
import type { Kind } from '../../src/settings/kinds/kind.ts'
import { loadGood, loadText } from '../config/load-text.ts'

const page = readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8')
/** The long example, which has every key there is. */
const LONG = [...page.matchAll(/^```yaml\n(.*?)^```/gms)][1]?.[1] ?? ''
const files = {
  '/run/secrets/jobs_hmac': '00'.repeat(32),
  '/run/secrets/new_hmac': 'n'.repeat(32),
  '/run/secrets/old_hmac': 'o'.repeat(32),
  '/run/secrets/far_api_key': 'key',
  '/run/secrets/robot': 'pw',
  '/run/secrets/warder_caller': 'c'.repeat(64),
  '/run/secrets/log_key': 'k'.repeat(32),
  '/run/secrets/warder_prometheus': 'p'.repeat(64),
  '/run/secrets/warder_ops': 'o'.repeat(64),
}
// The example is loaded some two hundred times: seconds of CPU time, and more than the limit on a busy machine.
setDefaultTimeout(120_000)

const MODES = ['shown', 'omitted'] as const

/** A value of the example and the values that its definition allows there, undefined for absent. */
interface Place {
  readonly path: readonly string[]
  readonly others: readonly unknown[]
}

function* placesIn(kind: Kind, value: unknown, path: readonly string[] = []): Generator<Place> {
  if (typeof value !== 'object' || value === null) {
    const others = valuesOf(kind.type)
    if (others.length > 0) yield { path, others }
    return
  }
  for (const [key, one] of Object.entries(value)) {
    const below = [...path, key]
    const isOptional = kind.shape !== undefined && kind.shape[key]?.presence !== 'required'
    if (isOptional) yield { path: below, others: [undefined] }
    const member = kind.member?.(key)
    if (member !== undefined) yield* placesIn(member, one, below)
  }
}

/** Least, most and words, as the reference names them: `duration, 1s to 24h`, `` `csv`, `json` ``. */
function valuesOf(type: string): readonly unknown[] {
  if (type === 'true or false') return [true, false]
  const bounds = /^(?:duration|size|number), (\S+) to (\S+)$/.exec(type)
  if (bounds !== null) return bounds.slice(1)
  return /^(`[^`]+`, )*`[^`]+`$/.test(type) ? [...type.matchAll(/`([^`]+)`/g)].map(([, word]) => word) : []
}

function withValue(root: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  const map = root as Record<string, unknown>
  if (map[key] === undefined) return
  if (rest.length > 0) withValue(map[key], rest, value)
  else if (value === undefined) delete map[key]
  else map[key] = value
}

describe('the long example of docs/config.md', () => {
  for (const defaults of MODES) {
    it(`is the same when it is written and loaded again, with defaults ${defaults}`, async () => {
      const { settings } = await loadGood(LONG, { files })
      const written = renderConfig(settings, { secrets: 'plain', defaults })
      expect((await loadGood(written)).settings).toEqual(settings)
    })
  }

  it('is the same with any of its settings changed to what their definitions allow', async () => {
    const example: unknown = parse(LONG)
    const places = [...placesIn(ROOT, example)]
    expect(places.length).toBeGreaterThan(250)
    const tried = new Set<string>()
    const edit = fc.tuple(fc.nat(places.length - 1), fc.nat())
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const changed = structuredClone(example)
        for (const [index, choice] of edits) {
          const { path, others } = places[index] as Place
          withValue(changed, path, others[choice % others.length])
        }
        const loaded = await loadText(JSON.stringify(changed), { files })
        fc.pre(loaded.ok)
        if (!loaded.ok) return
        for (const [index] of edits) tried.add(String(index))
        const { settings } = loaded.value
        for (const defaults of MODES) {
          const written = renderConfig(settings, { secrets: 'plain', defaults })
          expect((await loadGood(written)).settings).toEqual(settings)
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
    expect(tried.size).toBeGreaterThan(50)
  })
})
