/** The smallest parts of the schema: strings with a meaning, lists of them, durations, sizes. */
import { z } from 'zod'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { parseByteSize } from '../settings/values/byte-size.ts'
import type { Problem } from '../settings/problem.ts'
import { formatDuration, parseDuration } from '../settings/values/duration.ts'
import { quoted } from '../printable.ts'

/** What a schema yields. */
export type Output<Schema extends z.ZodType> = z.output<Schema>

/** A map that refuses keys it does not know; the issue's message is the list of those it knows. */
export const strictMap = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined),
  })

/** A value read by one of our own parsers, whose problem becomes the issue. */
const parsedBy = <Schema extends z.ZodType, T>(
  schema: Schema,
  parse: (value: z.output<Schema>) => Result<T, Problem>,
): z.ZodPipe<Schema, z.ZodTransform<T, z.output<Schema>>> =>
  schema.pipe(
    z.transform((value: z.output<Schema>, context) => {
      const parsed = parse(value)
      if (parsed.ok) return parsed.value
      report(context.issues, value, parsed.error, [])
      return z.NEVER
    }),
  )

/** A string that `parse` accepts. */
export const text = <T = string>(
  parse: (value: string) => Result<T, Problem> = notEmpty as (value: string) => Result<T, Problem>,
): z.ZodType<T, string> => parsedBy(z.string(), parse)

/** One of these words. */
export const wordOf = <const Words extends readonly [string, ...string[]]>(
  ...words: Words
): z.ZodType<Words[number]> => z.enum(words)

/** A string that is not empty. */
export const plainText = (): z.ZodType<string, string> => text()

/** For the JSON Schema alone: our own parsers say the same, with a hint. */
const NOT_EMPTY = { minItems: 1 }

/**
 * One string or a list of them, always a list afterwards; never empty, each item checked on its own.
 *
 * @param known The values that `parse` accepts, where they are a closed set that editors should offer.
 */
export const textList = <T = string>(
  parse: (value: string) => Result<T, Problem> = notEmpty as (value: string) => Result<T, Problem>,
  known?: readonly string[],
): z.ZodType<readonly T[], string | string[]> =>
  textsOf(oneOf(known), z.array(oneOf(known)).meta(NOT_EMPTY), parse, emptyList)

const textsOf = <T>(
  one: z.ZodType<string, string>,
  several: z.ZodType<string[], string[]>,
  parse: (value: string) => Result<T, Problem>,
  none?: () => Problem,
): z.ZodType<readonly T[], string | string[]> =>
  z.union([one, several]).pipe(
    z.transform((value: string | string[], context) => {
      const items = typeof value === 'string' ? [value] : value
      if (items.length === 0 && none !== undefined) report(context.issues, value, none(), [])
      return items.flatMap((item, i) => {
        const parsed = parse(item)
        if (parsed.ok) return [parsed.value]
        report(context.issues, item, parsed.error, typeof value === 'string' ? [] : [i])
        return []
      })
    }),
  )

/** The same, where an empty list says that there is none of them. */
export const textListOrNone = <T = string>(
  parse: (value: string) => Result<T, Problem>,
): z.ZodType<readonly T[], string | string[]> => textsOf(z.string(), z.array(z.string()), parse)

/** A key that may be there, whatever its value: looked at elsewhere. */
export const anything = (): z.ZodOptional<z.ZodUnknown> => z.unknown().optional()

/** A map from strings to strings, each value read by `parse`. */
export const textMap = <T = string>(
  parse?: (value: string) => Result<T, Problem>,
): z.ZodRecord<z.ZodString, z.ZodType<T, string>> => z.record(z.string(), text(parse))

/** A map from strings to values of one kind. */
export const mapOf = <Schema extends z.ZodType>(value: Schema): z.ZodRecord<z.ZodString, Schema> =>
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
export const listOf = <Schema extends z.ZodType>(
  item: Schema,
): z.ZodType<readonly z.output<Schema>[], z.input<Schema>[]> =>
  parsedBy(z.array(item).meta(NOT_EMPTY), (items) => (items.length === 0 ? err(emptyList()) : ok(items)))

const oneOf = (known: readonly string[] | undefined): z.ZodType<string, string> =>
  known === undefined ? z.string() : z.string().meta({ enum: [...known] })

const HOUR_MS = 3_600_000

/** A duration in milliseconds. */
export const durationMs = (least: number, most: number): z.ZodType<number, string | number> =>
  inRange(parseDuration, least, most, (ms) =>
    // Minutes are easier to compare as seconds, hours are not.
    ms % HOUR_MS === 0 || ms < 1_000 ? formatDuration(ms) : `${ms / 1_000}s`,
  )

/** A size in bytes. */
export const byteSize = (least: number, most: number): z.ZodType<number, string | number> =>
  inRange(parseByteSize, least, most, (bytes) =>
    bytes % 1024 === 0 && bytes > 0 ? `${bytes / 1024}KiB` : `${bytes}B`,
  )

/** A whole number; as a string of digits too, because `${NAME}` yields strings. */
export const wholeNumber = (least: number, most: number): z.ZodType<number, string | number> =>
  inRange(
    (value) =>
      /^\d{1,15}$/.test(String(value))
        ? ok(Number(value))
        : err({ code: 'ERR_CONFIG_TYPE', message: `${quoted(String(value))} is not a whole number` }),
    least,
    most,
    String,
  )

/** A string as it is: empty, with spaces, with anything. */
export const literalText = (): z.ZodType<string, string> => z.string()

/** A setting that is `true` or `false`, nothing else. */
export const flag = (): z.ZodType<boolean, boolean> => z.boolean()

const notEmpty = (value: string): Result<string, Problem> =>
  value.trim() === '' || value.trim() !== value
    ? err({
        code: 'ERR_CONFIG_VALUE',
        message: value.trim() === '' ? 'an empty string' : `${quoted(value)} begins or ends with white space`,
      })
    : ok(value)

const emptyList = (): Problem => ({
  code: 'ERR_CONFIG_EMPTY_LIST',
  message: 'an empty list',
  hints: ['nothing would be checked here; write at least one value, or leave the key out'],
})

const inRange = (
  parse: (value: string | number) => Result<number, Problem>,
  least: number,
  most: number,
  show: (value: number) => string,
): z.ZodType<number, string | number> =>
  parsedBy(z.union([z.string(), z.number()]), (value) => {
    const parsed = parse(value)
    if (!parsed.ok || (parsed.value >= least && parsed.value <= most)) return parsed
    const message = `${quoted(String(value))} is not between ${show(least)} and ${show(most)}`
    return err({ code: 'ERR_CONFIG_RANGE', message })
  })

/** Hands our problem through zod: `params` is what schema-problems.ts reads. */
function report(issues: z.core.$ZodRawIssue[], input: unknown, problem: Problem, path: number[]): void {
  issues.push({ code: 'custom', input, message: problem.message, path, params: { problem } })
}
