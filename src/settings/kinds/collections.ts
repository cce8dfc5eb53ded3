/** Kinds with members: lists, maps, and values that have a short form. */
import { z } from 'zod'
import { err, ok } from '../../result.ts'
import type { Problem } from '../problem.ts'
import { notEmpty } from '../values/texts.ts'
import { parsedBy, report, escape, type FillContext, type Kind, type WriteOptions } from './kind.ts'
import type { Parse } from './values.ts'

const EMPTY_LIST: Problem = {
  code: 'ERR_CONFIG_EMPTY_LIST',
  message: 'an empty list',
  hints: ['nothing would be checked here; write at least one value, or leave the key out'],
}

/** For the JSON Schema alone: our own parsers report the same, with a hint. */
const NOT_EMPTY = { minItems: 1 }

interface TextsOptions<T> {
  readonly parse?: Parse<T>
  /** The values that `parse` accepts, if they are a closed set that editors should offer. */
  readonly known?: readonly string[]
  /** An empty list is accepted, and means none of them. */
  readonly mayBeEmpty?: true
}

/** One string or a list of them, always a list afterwards; each item is checked on its own. */
export function texts<T extends string = string>(
  type = 'list',
  { parse = notEmpty as Parse<T>, known, mayBeEmpty }: TextsOptions<T> = {},
): Kind<readonly T[], readonly T[], ''> {
  const one: z.ZodType<string, string> =
    known === undefined ? z.string() : z.string().meta({ enum: [...known] })
  const several = mayBeEmpty ? z.array(one) : z.array(one).meta(NOT_EMPTY)
  const schema = z.union([one, several]).pipe(
    z.transform((value: string | string[], context) => {
      const items = typeof value === 'string' ? [value] : value
      if (items.length === 0 && !mayBeEmpty) report(context.issues, value, EMPTY_LIST, [])
      return items.flatMap((item, i) => {
        const parsed = parse(item)
        if (parsed.ok) return [parsed.value]
        report(context.issues, item, parsed.error, typeof value === 'string' ? [] : [i])
        return []
      })
    }),
  )
  return { schema, type, unit: '', read: (items) => items, write: (items) => items.map(escape) }
}

const overItems = <C, V>(
  item: Kind<C, V>,
): Omit<Kind<readonly C[], readonly V[], ''>, 'schema' | 'type'> => ({
  unit: '',
  ...(item.isSecret === true && { isSecret: true }),
  read: (items: readonly C[], context: FillContext) => items.map((one) => item.read(one, context)),
  write: (items: readonly V[], options: WriteOptions) => items.map((one) => item.write(one, options)),
  member: () => item,
  ...(item.files && { files: (items: readonly V[]) => items.flatMap((one) => item.files?.(one) ?? []) }),
})

/** A list with at least one item. */
export const listOf = <C, V>(item: Kind<C, V>, type = 'list'): Kind<readonly C[], readonly V[], ''> => ({
  ...overItems(item),
  schema: atLeastOne(item.schema),
  type,
})

export const atLeastOne = <T>(schema: z.ZodType<T>): z.ZodType<readonly T[]> =>
  parsedBy(z.array(schema).meta(NOT_EMPTY), (items) => (items.length === 0 ? err(EMPTY_LIST) : ok(items)))

/**
 * One item or a list of them, always a list afterwards.
 *
 * @param single Whether a single one is written without its list.
 */
export const oneOrMore = <C, V>(
  item: Kind<C, V>,
  type: string,
  single: 'alone' | 'in a list' = 'alone',
): Kind<readonly C[], readonly V[], ''> => {
  const list = overItems(item)
  return {
    ...list,
    schema: z.union([item.schema.transform((one): readonly C[] => [one]), atLeastOne(item.schema)]),
    type,
    write: (items, options) => {
      const written = list.write(items, options) as readonly unknown[]
      return written.length === 1 && single === 'alone' ? written[0] : written
    },
    // An index, or a key of the only one.
    member: (key) => (/^\d+$/.test(key) ? item : item.member?.(key)),
  }
}

/** A map whose keys `name` accepts. */
export const mapOf = <C, V>(
  name: Kind<string>,
  item: Kind<C, V>,
): Kind<Readonly<Record<string, C>>, Readonly<Record<string, V>>, ''> => ({
  schema: z.record(name.schema as z.ZodType<string, string>, item.schema),
  type: 'map',
  unit: '',
  read: (map, context) => mapValues(map, (one) => item.read(one, context)),
  write: (map, options) => mapValues(map, (one) => item.write(one, options)),
  member: () => item,
})

const mapValues = <T, U>(
  map: Readonly<Record<string, T>>,
  change: (one: T) => U,
): Readonly<Record<string, U>> =>
  Object.fromEntries(Object.entries(map).map(([key, one]) => [key, change(one)]))

/** A map in the file, whose members are a list in the settings, each with its key under `key`. */
export const listByName = <const Key extends string, C, V extends object>(
  key: Key,
  name: Kind<string>,
  item: Kind<C, V>,
): Kind<Readonly<Record<string, C>>, readonly (V & { readonly [K in Key]: string })[], ''> => {
  const { files: _files, ...map } = mapOf(name, item)
  return {
    ...map,
    read: (members, context) =>
      Object.entries(members).map(([word, one]) => ({ [key]: word, ...item.read(one, context) })) as never,
    write: (list, options) => Object.fromEntries(list.map((one) => [one[key], item.write(one, options)])),
    ...(item.files && { files: (list: readonly V[]) => list.flatMap((one) => item.files?.(one) ?? []) }),
  }
}

/** A map that may be written as one of its values: `audience` for `{ audience: … }`. */
export const shorthand = <S, C, V>(
  short: Kind<S>,
  full: Kind<C, V>,
  expand: (short: S) => C,
  /** Which member alone makes the short form; absent: it is always written in full. */
  alone?: string,
): Kind<C, V, ''> => ({
  ...full,
  unit: '',
  schema: z.union([short.schema.transform(expand), full.schema]),
  type: `${short.type}, or a map`,
  ...(short.isSecret === true && { isSecret: true }),
  write: (value, options) => {
    const written = full.write(value, options)
    if (alone === undefined) return written
    const members = Object.entries(written as Record<string, unknown>)
    return members.length === 1 && members[0]?.[0] === alone ? members[0][1] : written
  },
})

/** The same list, each item once. */
export const distinct = <T, V extends readonly T[]>(
  list: Kind<V, readonly T[], ''>,
): Kind<V, readonly T[], ''> => ({
  ...list,
  read: (items) => [...new Set(items)],
})
