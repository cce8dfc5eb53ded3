/** Keys of Goma that Warder knows by name and does not support: refused, or reported as without effect. */
import { z } from 'zod'
import { toPointer } from '../../json-pointer.ts'
import { mistake, type Problem } from '../../settings/problem.ts'
import type { Report } from '../read-foreign.ts'
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
export function reportNoted(read: unknown, path: readonly PropertyKey[], report: Report): void {
  if (typeof read !== 'object' || read === null) return
  for (const [key, value] of Object.entries(read) as readonly (readonly [string, unknown])[]) {
    const at = [...path, key]
    if (value instanceof Noted) report(toPointer(at), value.toProblem(key), 'at key')
    else reportNoted(value, at, report)
  }
}

/** Something that Goma has and Warder does not. */
export const unsupported = (message: string, hint: string): Problem =>
  mistake('ERR_COMPAT_UNSUPPORTED', message, hint)

/** Something that may stand there, and changes nothing. */
export const withoutEffect = (message: string, hint: string): Problem =>
  mistake('WARN_COMPAT_NO_EFFECT', message, hint)

/** Whether a key is written that asks for nothing. */
export function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === '' || isNo(value)) return true
  if (typeof value !== 'object') return false
  return ('enabled' in value && isNo(value.enabled)) || Object.values(value).every(isOff)
}
