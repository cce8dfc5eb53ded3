/** The smallest values as Goma's reader takes them. */
import { either, flagSchema, textSchema, wordOf } from '../../settings/kinds/schema-leaf.ts'
import { ok, type Result } from '../../result.ts'
import type { Problem } from '../../settings/problem.ts'

/** Words of YAML 1.1 that Go's reader takes for `true` where a flag is expected, and for `false`. */
const YES: readonly string[] = ['y', 'Y', 'yes', 'on']
const NO: readonly string[] = ['n', 'N', 'no', 'off']

/** `true` or `false`, or a word for it. */
export const gomaFlag = () =>
  either(flagSchema(), wordOf('y', 'Y', 'yes', 'on', 'n', 'N', 'no', 'off')).transform(isYes)

/** Whether a flag is set that was not read by a schema yet. */
export const isYes = (value: unknown): boolean => value === true || YES.some((word) => word === value)

/** Whether it is there and off. */
export const isNo = (value: unknown): boolean => value === false || NO.some((word) => word === value)

/** A text that may be absent; an empty one is as if it were. */
export const orEmpty = <Value>(parse: (written: string) => Result<Value, Problem>) =>
  textSchema<Value | undefined>((written) => (written === '' ? ok(undefined) : parse(written))).optional()
