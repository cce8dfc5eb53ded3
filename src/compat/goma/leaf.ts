/** The smallest values as Goma's reader takes them. */
import { z } from 'zod'
import { ok, type Result } from '../../result.ts'
import { text, textBy } from '../../settings/kinds/values.ts'
import type { Problem } from '../../settings/problem.ts'

/** Keys of one meaning: names that versions of Goma have for the same, or that are refused for one reason. */
export const alike = <Key extends string, Schema extends z.ZodType>(
  schema: Schema,
  ...keys: readonly Key[]
) => Object.fromEntries(keys.map((key) => [key, schema])) as Readonly<Record<Key, Schema>>

/** Words of YAML 1.1 that Go's reader takes for `true` where a flag is expected, and for `false`. */
const YES = ['y', 'Y', 'yes', 'on'] as const
const NO = ['n', 'N', 'no', 'off'] as const

/** `true` or `false`, or a word for it. */
export const gomaFlag = () => z.union([z.boolean(), z.enum([...YES, ...NO])]).transform(isYes)

/** Whether a flag is set that was not read by a schema yet. */
export const isYes = (value: unknown): boolean => value === true || YES.some((word) => word === value)

/** Whether it is there and off. */
export const isNo = (value: unknown): boolean => value === false || NO.some((word) => word === value)

/** A text that may be absent; an empty one is as if it were. */
export const orEmpty = <Value>(parse: (written: string) => Result<Value, Problem>) =>
  textBy<Value | undefined>((written) => (written === '' ? ok(undefined) : parse(written))).optional()

/** A list that may be empty, of strings that may not. */
export const optionalTexts = () => z.array(text().schema).optional()

/** A string or a number, as a string. */
export const textOrNumber = () => z.union([z.string(), z.number()]).transform(String)
