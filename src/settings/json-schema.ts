/** The JSON Schema of `warder.yaml`, for editors. */
import { z } from 'zod'
import { ROOT } from './definition.ts'

/** The schema for editors: JSON Schema 2020-12. Where a string may be, `${…}` may be. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(ROOT.schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      allowReferences(jsonSchema)
      allowPreset(jsonSchema)
    },
  })
  return { ...schema, title: 'warder.yaml' }
}

/** A preset stands for the issuer: one of the two is there. */
function allowPreset(schema: Record<string, unknown>): void {
  const { properties, required } = schema
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, 'preset')) return
  const rest = Array.isArray(required) ? required.filter((key) => key !== 'issuer') : []
  const map = { ...schema, required: rest }
  for (const key of Object.keys(schema)) delete schema[key]
  schema['anyOf'] = [
    { ...map, required: [...rest, 'issuer'] },
    { ...map, required: [...rest, 'preset'] },
  ]
}

/** A closed set of strings must not make editors complain about `${NAME}`. */
function allowReferences(schema: Record<string, unknown>): void {
  if (!Array.isArray(schema['enum'])) return
  schema['anyOf'] = [{ enum: schema['enum'] }, { type: 'string', pattern: '\\$\\{' }]
  delete schema['enum']
  delete schema['type']
}
