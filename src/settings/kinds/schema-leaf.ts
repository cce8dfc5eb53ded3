/** Schemas of formats of other systems, made of the same kinds. */
import { z } from 'zod'
import type { Result } from '../../result.ts'
import type { Problem } from '../problem.ts'
import { notEmpty } from '../values/texts.ts'
import { listOf, texts } from './collections.ts'
import { parsedBy, plain } from './kind.ts'
import { count, duration } from './values.ts'

/** What a schema yields. */
export type Output<Schema extends z.ZodType> = z.output<Schema>

/** A map that refuses keys it does not know; the issue's message is the list of those it knows. */
export const strictMap = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined),
  })

/** A string that `parse` accepts. */
export const textSchema = <T = string>(
  parse: (value: string) => Result<T, Problem> = notEmpty as (value: string) => Result<T, Problem>,
): z.ZodType<T, string> => parsedBy(z.string(), parse)

/** One of these words. */
export const wordOf = <const Words extends readonly [string, ...string[]]>(
  ...words: Words
): z.ZodType<Words[number]> => z.enum(words)

/** A string that is not empty. */
export const plainText = (): z.ZodType<string, string> => textSchema()

/** One string or a list of them, always a list afterwards; never empty, each item checked on its own. */
export const textList = <T extends string = string>(
  parse?: (value: string) => Result<T, Problem>,
): z.ZodType<readonly T[]> => texts<T>('list', parse && { parse }).schema

/** A key that may be there, whatever its value: looked at elsewhere. */
export const anything = (): z.ZodOptional<z.ZodUnknown> => z.unknown().optional()

/** A map from strings to strings, each value read by `parse`. */
export const textMap = <T = string>(
  parse?: (value: string) => Result<T, Problem>,
): z.ZodRecord<z.ZodString, z.ZodType<T, string>> => z.record(z.string(), textSchema(parse))

/** A map from strings to values of one kind. */
export const mapSchema = <Schema extends z.ZodType>(value: Schema): z.ZodRecord<z.ZodString, Schema> =>
  z.record(z.string(), value)

/** A string or a number, as a string. */
export const textOrNumber = (): z.ZodType<string, string | number> =>
  z.union([z.string(), z.number()]).transform(String)

/** Either of two shapes. */
export const either = <A extends z.ZodType, B extends z.ZodType>(first: A, second: B): z.ZodUnion<[A, B]> =>
  z.union([first, second])

/** A list that may be empty where that means the same as none. */
export const optionalList = <Schema extends z.ZodType>(item: Schema): z.ZodOptional<z.ZodArray<Schema>> =>
  z.array(item).optional()

/** A list with at least one item. */
export const listSchema = <Schema extends z.ZodType>(item: Schema): z.ZodType<readonly z.output<Schema>[]> =>
  listOf(plain(item, '')).schema as z.ZodType<readonly z.output<Schema>[]>

/** A duration in milliseconds. */
export const durationMs = (least: number, most: number): z.ZodType<number> => duration(least, most).schema

/** A whole number; as a string of digits too. */
export const wholeNumber = (least: number, most: number): z.ZodType<number> => count(least, most).schema

/** A string as it is: empty, with spaces, with anything. */
export const literalSchema = (): z.ZodType<string, string> => z.string()

/** A setting that is `true` or `false`, nothing else. */
export const flagSchema = (): z.ZodType<boolean, boolean> => z.boolean()
