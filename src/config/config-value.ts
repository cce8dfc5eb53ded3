/** How the value of a `warder.yaml` is put together: what every part of the way back needs. */
import { MASK } from '../printable.ts'

export interface ConfigValueOptions {
  /** `masked` cannot be loaded again; `plain` is for a file that replaces another with the same secret. */
  readonly secrets: 'masked' | 'plain'
  /** `shown` writes every default; `omitted` only what differs. */
  readonly defaults: 'shown' | 'omitted'
}

export type Value = Record<string, unknown>

/** A `${` that stands for itself. */
export const escape = (text: string): string => text.replaceAll('${', '$$${')

/** A query may hold a token, from the environment even. */
export const writeUrl = (url: string, { secrets }: ConfigValueOptions): string =>
  escape(secrets === 'masked' ? url.replace(/\?.+$/s, `?${MASK}`) : url)

/** Without the members that are undefined. */
export const compact = (value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))

/** Undefined stays undefined. */
export const mapDefined = <T, U>(value: T | undefined, map: (value: T) => U): U | undefined =>
  value === undefined ? undefined : map(value)

/** Undefined for a map or list without members. */
export const unlessEmpty = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length === 0 ? undefined : value

/** Undefined for a value that need not be written. */
export const unlessDefault =
  ({ defaults }: ConfigValueOptions): (<T>(value: T, usual: T) => T | undefined) =>
  (value, usual) =>
    defaults === 'omitted' && JSON.stringify(value) === JSON.stringify(usual) ? undefined : value
