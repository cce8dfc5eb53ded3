import { describe, expect, it } from 'bun:test'
import { configJsonSchema } from '../../src/settings/json-schema.ts'

type Schema = { readonly [key: string]: unknown }

/** Every schema below, with its path. */
function* walk(schema: unknown, path: string): Generator<readonly [path: string, schema: Schema]> {
  if (typeof schema !== 'object' || schema === null) return
  if (!Array.isArray(schema)) yield [path, schema as Schema]
  for (const [key, value] of Object.entries(schema)) yield* walk(value, `${path}/${key}`)
}

describe('the JSON Schema of warder.yaml', () => {
  const schema = configJsonSchema()

  it('refuses unknown keys in every map that has known ones', () => {
    for (const [path, part] of walk(schema, '')) {
      if (typeof part['properties'] === 'object' && part['type'] === 'object')
        expect(part['additionalProperties'], path).toBe(false)
    }
  })

  it('describes every key', () => {
    for (const [path, part] of walk(schema, '')) {
      if (/\/properties\/[^/]+$/.test(path) && !path.endsWith('/properties/properties'))
        expect(part['description'], path).toBeString()
    }
  })

  it('accepts `${…}` if the value is one of a closed set', () => {
    for (const [path, part] of walk(schema, '')) {
      if (Array.isArray(part['enum'])) expect(path).toMatch(/\/anyOf\/0$/)
    }
    expect(JSON.stringify(schema)).toContain('{"type":"string","pattern":"\\\\$\\\\{"}')
  })

  it('names the draft, and requires what the loader requires', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'warder.yaml',
      required: ['version'],
    })
  })
})
