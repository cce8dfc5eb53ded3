/** What a setting is made of: how the file writes a value, what it is in the settings, and the way back. */
import { z } from 'zod'
import type { Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { Problem } from '../problem.ts'

/** What settings depend on besides the configuration. */
export interface FillContext {
  /** Absolute directory that file names are relative to. */
  readonly directory: string
  /** The algorithms that the runtime has. */
  readonly supportedAlgorithms: ReadonlySet<Algorithm>
  /** `state_dir`, as written. */
  readonly stateDir?: string
}

export interface WriteOptions {
  /** `masked` cannot be loaded again; `plain` is for a file that replaces another with the same secret. */
  readonly secrets: 'masked' | 'plain'
  /** `shown` writes every default; `omitted` only what differs. */
  readonly defaults: 'shown' | 'omitted'
}

/** Suffix of a setting's name in the code (`timeout` → `timeoutMs`), omitted if the key already ends with it. */
export type Unit = '' | 'Ms' | 'Seconds' | 'Bytes'

/**
 * One kind of value. `Checked` is what the schema yields and the cross-checks see; `Value` is what stands in the
 * settings.
 */
export interface Kind<Checked = unknown, Value = Checked, U extends Unit = Unit> {
  readonly schema: z.ZodType<Checked>
  /** As the reference names it: `duration, 1s to 24h`. */
  readonly type: string
  readonly unit: U
  /** Masked wherever it is shown. */
  readonly isSecret?: boolean
  /** Not quoted in messages: a secret may be part of it, or stand there by mistake. */
  readonly mayHoldSecret?: boolean
  read(checked: Checked, context: FillContext): Value
  /** @returns Undefined when there is nothing to write. */
  write(value: Value, options: WriteOptions): unknown
  /** The kind of a member, by its key or index; absent for values without members. */
  member?(key: string): Kind | undefined
  /** Of a map with words of its own: what they are. */
  readonly shape?: Shape
  /** Absolute paths of files whose change makes another configuration; absent: none. */
  files?(value: Value): readonly string[]
}

export type Presence = 'required' | 'optional' | 'default'

/** One setting, as it is defined. */
export interface Setting<K extends Kind = Kind, P extends Presence = Presence> {
  readonly kind: K
  readonly presence: P
  /** What it means, in one or two sentences; may hold Markdown. */
  readonly doc: string
  /** The default as an operator would write it. */
  readonly default?: unknown
  /** What its absence means, if no default says it; for the reference. */
  readonly absent?: string
  /** Words beside it of which one must be written, or it has no effect. */
  readonly beside?: readonly string[]
}

/** The settings of a map, by their word in the file. */
export type Shape = Readonly<Record<string, Setting>>

/** What the schema yields for a kind. */
export type Checked<K> = K extends { readonly schema: z.ZodType<infer C> } ? C : never

/** What stands in the settings for a kind. */
export type Value<K> = K extends { read(checked: never, context: FillContext): infer V } ? V : never

/** A value that is the same in the file, after the check, and in the settings. */
export const plain = <T>(schema: z.ZodType<T>, type: string): Kind<T, T, ''> => ({
  schema,
  type,
  unit: '',
  read: (checked) => checked,
  write: (value) => (typeof value === 'string' ? escape(value) : value),
})

/**
 * The same in the file, with another value in the settings.
 *
 * @param to From what the kind yields.
 * @param from Its inverse.
 */
export const refined = <C, V, W>(
  { files, ...kind }: Kind<C, V>,
  to: (filled: V, context: FillContext) => W,
  from: (value: W, options: WriteOptions) => V,
): Kind<C, W, ''> => ({
  ...kind,
  unit: '',
  read: (checked, context) => to(kind.read(checked, context), context),
  write: (value, options) => kind.write(from(value, options), options),
  ...(files && { files: (value: W) => files(from(value, { secrets: 'plain', defaults: 'shown' })) }),
})

/** A `${` that stands for itself. */
export const escape = (text: string): string => text.replaceAll('${', '$$${')

/** A value that one of our own parsers reads, whose problem becomes the issue. */
export const parsedBy = <Schema extends z.ZodType, T>(
  schema: Schema,
  parse: (value: z.output<Schema>) => Result<T, Problem>,
): z.ZodType<T, z.input<Schema>> =>
  schema.pipe(
    z.transform((value: z.output<Schema>, context) => {
      const parsed = parse(value)
      if (parsed.ok) return parsed.value
      report(context.issues, value, parsed.error, [])
      return z.NEVER
    }),
  )

/** Hands our problem through zod: `params` is what schema-problems.ts reads. */
export function report(
  issues: z.core.$ZodRawIssue[],
  input: unknown,
  problem: Problem,
  path: number[],
): void {
  issues.push({ code: 'custom', input, message: problem.message, path, params: { problem } })
}

/** Whether the text of a value may be quoted in messages. */
export const isQuotable = (kind: Kind): boolean =>
  kind.isSecret !== true && kind.mayHoldSecret !== true && kind.member?.('0')?.isSecret !== true

/** A list and a map by names stand for their items. */
export function withoutList(kind: Kind): Kind {
  const item = kind.shape === undefined ? kind.member?.('0') : undefined
  return item === undefined ? kind : withoutList(item)
}
