/** Every key that a configuration of Goma may have, read off the schema, and what becomes of it. */
import { BasicAuthRuleSchema } from '../../../src/compat/goma/middlewares/basic-auth.ts'
import type { KeyNotes } from '../../../src/compat/goma/noted-keys.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  FORWARDS_NOTES,
  ERROR_PAGE_NOTES,
  ERROR_PAGES_NOTES,
  GATEWAY_NOTES,
  INLINE_NOTES,
  PROVIDER_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  ROUTE_TLS_NOTES,
  SECURITY_NOTES,
  SECURITY_TLS_NOTES,
  TLS_NOTES,
  TOP_NOTES,
} from '../../../src/compat/goma/notes.ts'
import {
  ACCESS_NOTES,
  AccessRuleSchema,
  AuthRequestRuleSchema,
  FORWARD_AUTH_NOTES,
  ForwardAuthRuleSchema,
  LocalJwtRuleSchema,
  RATE_LIMIT_NOTES,
  RateLimitRuleSchema,
} from '../../../src/compat/goma/middlewares/rules.ts'
import { GomaSchema } from '../../../src/compat/goma/schema.ts'

export interface GomaKey {
  /** `gateway.routes[].path`; of a rule, `rule.url` behind its type: `jwt: rule.url`. */
  readonly name: string
  readonly becomes: 'supported' | 'no effect' | 'refused'
  /** The diagnostic of an unsupported key. */
  readonly hint: string | undefined
}

/** By the map that the keys are in. */
const NOTES: Readonly<Record<string, KeyNotes>> = {
  '': TOP_NOTES,
  gateway: { ...GATEWAY_NOTES, ...PROVIDER_NOTES },
  'gateway.entryPoints': ENTRY_POINT_NOTES,
  'gateway.entryPoints.web': FORWARDS_NOTES,
  'gateway.entryPoints.webSecure': FORWARDS_NOTES,
  'gateway.proxy': PROXY_NOTES,
  'gateway.tls': TLS_NOTES,
  'gateway.errorInterceptor': ERROR_PAGES_NOTES,
  'gateway.errorInterceptor.errors[]': ERROR_PAGE_NOTES,
  'gateway.routes[].errorInterceptor': ERROR_PAGES_NOTES,
  'gateway.routes[].errorInterceptor.errors[]': ERROR_PAGE_NOTES,
  'gateway.routes[].tls': ROUTE_TLS_NOTES,
  'gateway.routes[].middlewares[]': INLINE_NOTES,
  'gateway.routes[].security.tls': SECURITY_TLS_NOTES,
  'gateway.routes[]': ROUTE_NOTES,
  'gateway.routes[].backends[]': BACKEND_NOTES,
  'gateway.routes[].security': SECURITY_NOTES,
  'forwardAuth: rule': FORWARD_AUTH_NOTES,
  'access: rule': ACCESS_NOTES,
  'rateLimit: rule': RATE_LIMIT_NOTES,
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
  const names = [
    ...leavesOf(GomaSchema, ''),
    ...Object.entries(RULES).flatMap(([type, schema]) => leavesOf(schema, `${type}: rule`)),
  ]
  // A middleware that is indented too far is no key.
  const keys = new Set(names.filter((name) => !name.startsWith('middlewares[].paths[].')))
  return [...keys].map((name) => {
    const dot = name.lastIndexOf('.')
    const note = NOTES[name.slice(0, Math.max(dot, 0))]?.[name.slice(dot + 1)]
    if (note === undefined) return { name, becomes: 'supported', hint: undefined }
    return { name, becomes: note.kind === 'refused' ? 'refused' : 'no effect', hint: note.hint }
  })
}

/** What zod keeps of a schema, as far as it is walked here. */
interface Definition {
  readonly type: string
  readonly innerType?: unknown
  readonly element?: unknown
  readonly options?: readonly unknown[]
  readonly in?: unknown
  readonly shape?: Readonly<Record<string, unknown>>
}

function leavesOf(schema: unknown, path: string): readonly string[] {
  const { type, innerType, element, options, in: input, shape } = (schema as { readonly def: Definition }).def
  switch (type) {
    case 'optional':
      return leavesOf(innerType, path)
    case 'array':
      return leavesOf(element, `${path}[]`)
    case 'pipe':
      return leavesOf(input, path)
    case 'union':
      return (options ?? []).flatMap((option) => leavesOf(option, path))
    case 'object': {
      const children = Object.entries(shape ?? {}).map(([key, child]) => ({
        child,
        name: path === '' ? key : `${path}.${key}`,
      }))
      return children.flatMap(({ child, name }) => {
        const leaves = leavesOf(child, name)
        const below = leaves.filter((leaf) => leaf.startsWith(`${name}.`) || leaf.startsWith(`${name}[].`))
        // Where maps are, it is a key of its own only if plain values may be there as well.
        const isPlain = below.length === 0 || leaves.some((leaf) => leaf === name || leaf === `${name}[]`)
        return isPlain ? [name, ...below] : below
      })
    }
    default:
      return [path]
  }
}
