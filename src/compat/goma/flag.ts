/** Flags as Goma's reader takes them. */
import { either, flag, wordOf } from '../../config/schema-leaf.ts'

/** Words of YAML 1.1 that Go's reader takes for `true` where a flag is expected, and for `false`. */
const YES: readonly string[] = ['y', 'Y', 'yes', 'on']
export const NO: readonly string[] = ['n', 'N', 'no', 'off']

/** `true` or `false`, or a word for it. */
export const gomaFlag = () =>
  either(flag(), wordOf('y', 'Y', 'yes', 'on', 'n', 'N', 'no', 'off')).transform(isYes)

/** Whether a flag is set that was not read by a schema yet. */
export const isYes = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && YES.includes(value))
