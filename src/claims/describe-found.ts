/**
 * Describes a claim next to its rule. Values of claims must not be logged, and people paste the output of explain into
 * tickets: so this describes type and length, and shows a value only if the rule itself has it in another form.
 */
import type { ClaimScalar } from '../settings/claim-rule/definition.ts'

/** @param wanted The values that the rule names. */
export function describeFound(value: unknown, wanted: readonly ClaimScalar[] = []): string {
  return nearMiss(value, wanted) ?? kindOf(value)
}

const NAMES: Readonly<Record<string, string>> = { string: 'text', number: 'number', boolean: 'boolean' }

const named = (value: unknown): string =>
  `the ${NAMES[typeof value] ?? typeof value} ${JSON.stringify(value)}`

/** A claim that people would accept for the rule, but an exact comparison does not. */
function nearMiss(value: unknown, wanted: readonly ClaimScalar[]): string | undefined {
  if (Array.isArray(value)) {
    const held = wanted.find((one) => value.includes(one))
    return held === undefined ? undefined : `a list with ${named(held)}`
  }
  if (value === undefined || value === null || typeof value === 'object') return undefined
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'a number beyond 2^53, which is not exact'
  for (const one of wanted) {
    if (value === one) return named(value)
    if (typeof one !== typeof value && String(one) === scalarText(value))
      return `${named(value)}, not ${named(one)}`
  }
  if (typeof value !== 'string') return undefined
  return nearText(
    value,
    wanted.filter((one): one is string => typeof one === 'string'),
  )
}

const scalarText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined

function nearText(value: string, wanted: readonly string[]): string | undefined {
  const trimmed = value.trim()
  const words = trimmed.split(/[\s,]+/)
  for (const one of wanted) {
    if (one === '') continue
    if (trimmed === one) return `${named(one)} with spaces around it`
    if (trimmed.toLowerCase() === one.toLowerCase()) return `${named(one)} in another letter case`
    if (words.includes(one)) return `a text of ${words.length} words, one of which is ${JSON.stringify(one)}`
  }
  return undefined
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return listKind(value)
  if (typeof value === 'string') return textKind(value)
  return typeof value === 'object' ? 'an object' : `a ${NAMES[typeof value] ?? typeof value}`
}

function listKind(list: readonly unknown[]): string {
  if (list.length === 0) return 'an empty list'
  const other = list[list.findIndex((item) => typeof item !== 'string')]
  if (other === undefined) return `a list of ${list.length}`
  return `a list of ${list.length}, one of which is ${Array.isArray(other) ? 'a list' : kindOf(other)}`
}

function textKind({ length }: string): string {
  if (length === 0) return 'an empty text'
  return `a text of ${length} ${length === 1 ? 'character' : 'characters'}`
}
