/** A section: a map of settings. Each setting has a key, a kind, a default and a description. */
import { z } from 'zod'
import { fromWord } from '../../syntax/word.ts'
import type { FillContext, Kind, Presence, Setting, Shape, Unit, WriteOptions } from './kind.ts'

export type Remarks = Pick<Setting, 'absent' | 'beside'>

const setting =
  <P extends Presence>(presence: P) =>
  <K extends Kind>(kind: K, doc: string, remarks?: Remarks): Setting<K, P> => ({
    kind,
    presence,
    doc,
    ...remarks,
  })

/** A setting that must be written. */
export const required = setting('required')

/** A setting that is absent from the settings unless it is written. */
export const optional = setting('optional')

/** @param value The default, as an operator would write it. */
export const withDefault = <K extends Kind>(
  kind: K,
  value: unknown,
  doc: string,
  remarks?: Remarks,
): Setting<K, 'default'> => ({ kind, presence: 'default', doc, default: value, ...remarks })

/** Settings that have no effect unless one of these words stands beside them. */
export const beside = <S extends Shape>(words: readonly string[], shape: S): S =>
  Object.fromEntries(Object.entries(shape).map(([word, one]) => [word, { ...one, beside: words }])) as S

type Camel<S extends string> = S extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : S
/** The word of a setting in the code: in camel case, with its unit. */
type NameOf<Word extends string, U extends Unit> =
  Lowercase<Camel<Word>> extends `${string}${Lowercase<U>}` ? Camel<Word> : `${Camel<Word>}${U}`
type UnitOf<S> = S extends Setting<Kind<infer _C, infer _V, infer U>> ? U : never
type CheckedOf<S> = S extends Setting<infer K> ? (K extends Kind<infer C, infer _V> ? C : never) : never
type ValueOf<S> =
  S extends Setting<infer K> ? (K extends { read(c: never, x: FillContext): infer V } ? V : never) : never
type Those<S extends Shape, P extends Presence> = {
  [W in keyof S & string]: S[W]['presence'] extends P ? W : never
}[keyof S & string]

/** A section as the schema yields it: the words of the file, nothing filled in. */
export type CheckedSection<S extends Shape> = {
  readonly [W in Those<S, 'required'>]: CheckedOf<S[W]>
} & { readonly [W in Those<S, 'optional' | 'default'>]?: CheckedOf<S[W]> | undefined }

/** A section as it stands in the settings. */
export type SectionSettings<S extends Shape> = {
  readonly [W in Those<S, 'required' | 'default'> as NameOf<W, UnitOf<S[W]>>]: ValueOf<S[W]>
} & { readonly [W in Those<S, 'optional'> as NameOf<W, UnitOf<S[W]>>]?: Exclude<ValueOf<S[W]>, undefined> }

export interface Section<S extends Shape> extends Kind<CheckedSection<S>, SectionSettings<S>, ''> {
  readonly shape: S
}

/** The name of a setting in the code. */
function nameOf(word: string, unit: Unit): string {
  const name = fromWord(word)
  return name.toLowerCase().endsWith(unit.toLowerCase()) ? name : `${name}${unit}`
}

/** A map that refuses keys it does not know; the issue's message is the list of those it knows. */
export const strictMap = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined),
  })

export function section<const S extends Shape>(shape: S, doc?: string): Section<S> {
  const settings = Object.entries(shape).map(([word, setting]) => toField(word, setting))
  // Of thirty settings of a route, three have any.
  const withFiles = settings.filter(({ setting }) => setting.kind.files !== undefined)
  const schema = strictMap(Object.fromEntries(settings.map(({ word, schema: one }) => [word, one])))
  return {
    shape,
    schema: (doc === undefined ? schema : schema.describe(doc)) as never,
    type: 'map',
    unit: '',
    read: (checked, context) => fillAll(settings, checked, context) as never,
    write: (value, options) => writeAll(settings, value, options),
    member: (word) => (Object.hasOwn(shape, word) ? shape[word]?.kind : undefined),
    ...(withFiles.length > 0 && {
      files: (value: unknown) =>
        withFiles.flatMap(({ name, setting: { kind } }) => {
          const member = (value as Members)[name]
          return member === undefined ? [] : (kind.files?.(member) ?? [])
        }),
    }),
  }
}

type Members = Readonly<Record<string, unknown>>

interface Field {
  readonly word: string
  readonly name: string
  readonly setting: Setting
  readonly schema: z.ZodType
  /** The default, as the schema yields it; read when it is needed, because most of them never are. */
  readonly usual: () => unknown
}

function toField(word: string, setting: Setting): Field {
  const { kind, presence } = setting
  const description = describe(setting)
  const schema =
    presence === 'required'
      ? kind.schema.describe(description)
      : // A new schema needs no copy for its description, which `describe` would make.
        kind.schema.optional().register(z.globalRegistry, { description })
  const usual = lazily(() => (presence === 'default' ? checkedDefault(setting) : undefined))
  return { word, name: nameOf(word, kind.unit), setting, schema, usual }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** No list in a file may be empty; as a default it means that nothing was written. */
const checkedDefault = ({ kind, default: value }: Setting): unknown =>
  Array.isArray(value) && value.length === 0 ? value : kind.schema.parse(value, { jitless: true })

function fillAll(fields: readonly Field[], checked: Members, context: FillContext): Members {
  const filled: Record<string, unknown> = {}
  for (const { word, name, setting, usual } of fields) {
    const value = checked[word] === undefined ? usual() : checked[word]
    const member = value === undefined ? undefined : setting.kind.read(value, context)
    if (member !== undefined) filled[name] = member
  }
  return filled
}

function writeAll(fields: readonly Field[], value: Members, options: WriteOptions): Members {
  const written: Record<string, unknown> = {}
  for (const { word, name, setting, usual } of fields) {
    const member = value[name]
    if (member === undefined) continue
    if (setting.presence === 'default' && isUsual(setting.kind, member, usual(), options)) continue
    const shown = setting.kind.write(member, options)
    if (shown !== undefined) written[word] = shown
  }
  return written
}

/** Whether a default need not be written, or cannot be: an empty list is an error in the file. */
function isUsual(kind: Kind, member: unknown, usual: unknown, { defaults }: WriteOptions): boolean {
  const filled = JSON.stringify(kind.read(usual, NO_CONTEXT))
  return JSON.stringify(member) === filled && (defaults === 'omitted' || filled === '[]' || filled === '{}')
}

/** Defaults depend on nothing. */
export const NO_CONTEXT: FillContext = { directory: '/', supportedAlgorithms: new Set() }

const LINK = /\[([^\]]*)\]\([^)]*\)/g

/** The sentence for editors, with what holds when the key is absent. */
function describe(setting: Setting): string {
  const text = setting.doc.replaceAll(LINK, '$1')
  const otherwise = setting.absent?.replaceAll(LINK, '$1') ?? defaultText(setting)
  return otherwise === undefined ? text : `${text} Default: ${otherwise}.`
}

/** The default as it would be written; undefined if there is none, or if it is made of the defaults of its members. */
export function defaultText({ kind, default: value }: Setting): string | undefined {
  const isEmpty = typeof value === 'object' && Object.keys(value as object).length === 0
  if (value === undefined || (isEmpty && kind.shape !== undefined)) return undefined
  return isEmpty ? 'none' : flow(value)
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${key}: ${flow(one)}`)
    .join(', ')} }`
}
