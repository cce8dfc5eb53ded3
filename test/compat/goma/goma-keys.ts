/** Every key that a configuration of Goma may have, read off the schema, and what becomes of it. */
import type { z } from 'zod'
import { createReport } from '../../../src/compat/read-foreign.ts'
import { BasicAuthRuleSchema } from '../../../src/compat/goma/middlewares/basic-auth.ts'
import {
  AccessRuleSchema,
  AuthRequestRuleSchema,
  ForwardAuthRuleSchema,
  LocalJwtRuleSchema,
  RateLimitRuleSchema,
} from '../../../src/compat/goma/middlewares/rules.ts'
import { reportNoted } from '../../../src/compat/goma/noted-keys.ts'
import { INLINE_HINT } from '../../../src/compat/goma/notes.ts'
import { GomaSchema } from '../../../src/compat/goma/schema.ts'

export interface GomaKey {
  /** `gateway.routes[].path`; of a rule, `rule.url` behind its type: `jwt: rule.url`. */
  readonly name: string
  readonly becomes: 'supported' | 'no effect' | 'refused'
  /** The diagnostic of an unsupported key. */
  readonly hint: string | undefined
}

const RULES = {
  jwt: AuthRequestRuleSchema,
  forwardAuth: ForwardAuthRuleSchema,
  jwtAuth: LocalJwtRuleSchema,
  basicAuth: BasicAuthRuleSchema,
  access: AccessRuleSchema,
  rateLimit: RateLimitRuleSchema,
}

export function gomaKeys(): readonly GomaKey[] {
  const leaves = [
    ...leavesOf(GomaSchema, ''),
    ...Object.entries(RULES).flatMap(([type, schema]) => leavesOf(schema, `${type}: rule`)),
  ]
  // A middleware that is indented too far is no key.
  const keys = leaves.filter(({ name }) => !name.startsWith('middlewares[].paths[].'))
  return [...new Map(keys.map(({ name, schema }) => [name, schema]))].map(([name, schema]) => {
    // Reported with the route that it is in.
    if (name.startsWith('gateway.routes[].middlewares[].'))
      return { name, becomes: 'refused', hint: INLINE_HINT }
    const { problems, report } = createReport()
    reportNoted([schema.safeParse('on').data], [], report)
    const note = problems[0]?.problem
    if (note === undefined) return { name, becomes: 'supported', hint: undefined }
    const becomes = note.code === 'ERR_COMPAT_UNSUPPORTED' ? 'refused' : 'no effect'
    return { name, becomes, hint: note.hints?.[0] }
  })
}

/** A schema, and the name of the key whose values it reads. */
interface Leaf {
  readonly name: string
  readonly schema: z.ZodType
}

/** What zod keeps of a schema, as far as it is walked here. */
interface Definition {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly in?: z.ZodType
  readonly shape?: Readonly<Record<string, z.ZodType>>
}

function leavesOf(schema: z.ZodType, path: string): readonly Leaf[] {
  const { type, innerType, element, options, in: input, shape } = schema.def as unknown as Definition
  switch (type) {
    case 'optional':
      return leavesIn(innerType, path)
    case 'array':
      return leavesIn(element, `${path}[]`)
    case 'pipe':
      return leavesIn(input, path)
    case 'union':
      return (options ?? []).flatMap((option) => leavesOf(option, path))
    case 'object':
      return Object.entries(shape ?? {}).flatMap(([key, child]) => {
        const name = path === '' ? key : `${path}.${key}`
        const leaves = leavesOf(child, name)
        const below = leaves.filter((leaf) => /^[.]|^\[\][.]/.test(leaf.name.slice(name.length)))
        // Where maps are, it is a key of its own only if plain values may be there as well.
        const isPlain = leaves.some((leaf) => !below.includes(leaf))
        return isPlain || below.length === 0 ? [{ name, schema: child }, ...below] : below
      })
    default:
      return [{ name: path, schema }]
  }
}

const leavesIn = (schema: z.ZodType | undefined, path: string): readonly Leaf[] =>
  schema === undefined ? [] : leavesOf(schema, path)
