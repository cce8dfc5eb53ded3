/** The JSON Schema as an editor uses it: with a validator that is not ours, on the files that people start from. */
import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { devConfig } from '../../src/cli/dev/run.ts'
import { configJsonSchema } from '../../src/settings/json-schema.ts'
import { loadText } from './load-text.ts'

const readRoot = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const yamlOf = (doc: string): readonly string[] =>
  [...doc.matchAll(/^( *)```yaml\n(.*?)^ *```/gms)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
const validator = z.fromJSONSchema(configJsonSchema())
const isValid = (value: unknown): boolean => validator.safeParse(value).success

const [short = '', long = ''] = yamlOf(readRoot('docs/config.md'))
const EXAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['the least that works', short],
  ['everything there is', long],
  ['the file of README.md', yamlOf(readRoot('README.md'))[0] ?? ''],
  ['the file of `warder dev`', devConfig('https://idp.example.com', '127.0.0.1:0', '127.0.0.1:0')],
  ['the converted file of docs/compat.md', yamlOf(readRoot('docs/compat.md'))[0] ?? ''],
]

describe('the JSON Schema', () => {
  for (const [name, text] of EXAMPLES) {
    it(`accepts ${name}`, () => expect(validator.safeParse(parse(text)).error).toBeUndefined())
  }

  const broken: readonly (readonly [what: string, from: string, to: string])[] = [
    ['no version', 'version: 1', ''],
    ['another version', 'version: 1', 'version: 2'],
    ['no audience', 'audience: api://orders', ''],
    ['an empty audience', 'audience: api://orders', 'audience: []'],
    ['a number as the issuer', 'issuer: https://idp.example.com/realms/main', 'issuer: 7'],
    ['an unknown algorithm', 'audience: api://orders', 'audience: a\n    algorithms: [none]'],
  ]
  for (const [what, from, to] of broken) {
    it(`refuses ${what}, as the loader does`, async () => {
      expect(short).toContain(from)
      const text = short.replace(from, to)
      expect([isValid(parse(text)), (await loadText(text)).ok]).toEqual([false, false])
    })
  }

  it('refuses an unknown key in every map of the long example but those with names of the operator’s', async () => {
    const files = { '/run/secrets/jobs_hmac': '00'.repeat(32) }
    // Readers of a JWK set pass over members that they do not know (RFC 7517 §4, §5).
    const free = /^\/(?:policies|policies\/[^/]+\/(?:claims|identity)|issuers\/\d+\/keys\/jwks(?:\/.*)?)$/
    let refused = 0
    for (const [path, changed] of withUnknownKey(parse(long))) {
      if (free.test(path)) continue
      const loaded = await loadText(JSON.stringify(changed), { files })
      expect([path, isValid(changed), loaded.ok]).toEqual([path, false, false])
      refused++
    }
    expect(refused).toBeGreaterThan(30)
    // A hundred loads of a long file: four seconds of processor time, and many more on a busy machine.
  }, 120_000)
})

/** The value once for each map in it, with an unknown key in that map. */
function* withUnknownKey(root: unknown, node = root, path = ''): Generator<readonly [string, unknown]> {
  if (typeof node !== 'object' || node === null) return
  if (!Array.isArray(node)) {
    const map = node as Record<string, unknown>
    map['unknown_key'] = 1
    yield [path, structuredClone(root)]
    delete map['unknown_key']
  }
  for (const [key, child] of Object.entries(node)) yield* withUnknownKey(root, child, `${path}/${key}`)
}
