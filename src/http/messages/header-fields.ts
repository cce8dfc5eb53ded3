/** Fields of a head, as a list. */

import type { HeaderReader } from '../../request/authz-request.ts'

export interface HeaderField {
  /** As sent. */
  readonly name: string
  readonly lower: string
  /** Without white space around it; bytes as latin1. */
  readonly value: string
}

/** Name and value of a field that is written. */
export type FieldLine = Pick<HeaderField, 'name' | 'value'>

/** The fields of a head of any version of HTTP. */
export interface FieldReader extends HeaderReader {
  /** How many there are. */
  readonly count: number
  /** All of them, in order. */
  readonly fields: readonly HeaderField[]
  /** The values of a field, in order. */
  values(lower: string): readonly string[]
}

/** Reads the fields of a list. */
export const listedFields = (fields: readonly HeaderField[]): FieldReader => ({
  count: fields.length,
  fields,
  values: (lower) => valuesOf(fields, lower),
  get(lower) {
    const values = valuesOf(fields, lower)
    return values.length === 0 ? null : values.join(lower === 'cookie' ? '; ' : ', ')
  },
})

/** Largest head, in bytes: a token of 64 KiB and the rest. */
export const MAX_HEAD_BYTES = 98_304
export const MAX_FIELDS = 100
/** The fault of a head with more fields; it has a status of its own. */
export const TOO_MANY_FIELDS = 'too many header fields'

/** The values of a field, in order. */
export const valuesOf = (fields: readonly HeaderField[], lower: string): readonly string[] => {
  const values: string[] = []
  for (const field of fields) if (field.lower === lower) values.push(field.value)
  return values
}

/** Members of a comma-separated list field, in lower case. */
export const membersOf = (fields: readonly HeaderField[], lower: string): readonly string[] =>
  listMembers(valuesOf(fields, lower).join(','))

/** @param value Of a comma-separated list field; null if it is absent. */
export function listMembers(value: string | null): readonly string[] {
  if (value === null || value === '') return NO_MEMBERS
  const members: string[] = []
  for (const part of value.split(',')) {
    const member = part.trim().toLowerCase()
    if (member !== '') members.push(member)
  }
  return members
}

const NO_MEMBERS: readonly string[] = []

/** Names of the fields that `Connection` limits to its hop. A set: a client may send thousands. */
export function connectionNames(fields: readonly HeaderField[]): ReadonlySet<string> {
  // Most heads have none, and then nothing is made.
  if (!fields.some(({ lower }) => lower === 'connection')) return NO_NAMES
  const names = membersOf(fields, 'connection')
  return names.length === 0 ? NO_NAMES : new Set(names)
}

const NO_NAMES: ReadonlySet<string> = new Set()
