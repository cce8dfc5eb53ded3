/** Reads members of a JSON document from another process, which may have any type. */
import { isJsonObject, type JsonObject } from '../../strict-json.ts'

/** The text, or something else that stands for it. */
export const textOr = <Else>(value: unknown, otherwise: Else): string | Else =>
  typeof value === 'string' ? value : otherwise

/** A finite number, else undefined. */
export const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** The texts of a list; empty if it is none. */
export const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

/** The objects of a list; empty if it is none. */
export const objectsIn = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

/** The object, or one without members. */
export const objectIn = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})
