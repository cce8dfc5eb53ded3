/** Keys without a value, which Goma's reader passes over. */
import { toPointer } from '../../../config/json-pointer.ts'
import type { LocatedProblem } from '../../../settings/problem.ts'

/** The same without them, at every depth. Items of lists stay. */
export function withoutNulls<T>(value: T): T
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: readonly [string, unknown]) =>
      member === null ? [] : [[key, withoutNulls(member)]],
    ),
  )
}

/** A list whose guards are all commented out leaves a route that nothing guards, which is worth a warning. */
export function warnOfEmptyGuards(document: unknown): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value) as readonly (readonly [string, unknown])[]) {
      if (key === 'middlewares' && member === null)
        found.push({ pointer: toPointer([...path, key]), problem: NO_VALUE, atKey: true })
      else visit(member, [...path, key])
    }
  }
  visit(document, [])
  return found
}

const NO_VALUE = {
  code: 'WARN_COMPAT_NO_EFFECT',
  message: '`middlewares` has no value, so that nothing guards what it is written for',
  hints: ['name middlewares in it, or remove it'],
} as const
