/** Keys of Goma that Warder knows by name and does not support: refused, or reported as without effect. */
import { z } from 'zod'
import { toPointer } from '../../json-pointer.ts'
import type { LocatedProblem, Problem } from '../../settings/problem.ts'
import { isNo } from './leaf.ts'

/** What the schema makes of such a key, if it is set. */
class Noted {
  readonly toProblem: (key: string) => Problem
  constructor(toProblem: (key: string) => Problem) {
    this.toProblem = toProblem
  }
}

/** A key that is off, such as `false` or `0`, asks for nothing. */
const noted = (toProblem: (key: string) => Problem) =>
  z
    .unknown()
    .transform((value) => (isOff(value) ? undefined : new Noted(toProblem)))
    .optional()

/** Without it requests would be judged or sent differently, so the configuration is not used. */
export const refused = (hint: string) => noted((key) => unsupported(`\`${key}\` is not supported`, hint))

/** Logs and the like: a warning. */
export const noEffect = (hint: string) => noted((key) => withoutEffect(`\`${key}\` has no effect`, hint))

/** Reports every such key in what a schema has read. */
export function notedIn(read: unknown, path: readonly PropertyKey[]): readonly LocatedProblem[] {
  if (typeof read !== 'object' || read === null) return []
  return Object.entries(read).flatMap(([key, value]: readonly [string, unknown]) => {
    const at = [...path, key]
    if (!(value instanceof Noted)) return notedIn(value, at)
    return [{ pointer: toPointer(at), problem: value.toProblem(key), atKey: true }]
  })
}

/** Something that Goma has and Warder does not. */
export const unsupported = (message: string, ...hints: readonly string[]): Problem => ({
  code: 'ERR_COMPAT_UNSUPPORTED',
  message,
  hints,
})

/** Something that may stand there, and changes nothing. */
export const withoutEffect = (message: string, hint: string): Problem => ({
  code: 'WARN_COMPAT_NO_EFFECT',
  message,
  hints: [hint],
})

/** Whether a key is written that asks for nothing. */
export function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === '' || isNo(value)) return true
  if (typeof value !== 'object') return false
  return ('enabled' in value && isNo(value.enabled)) || Object.values(value).every(isOff)
}
