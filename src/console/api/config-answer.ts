/** `GET /v1/config`. */

export type ShownOrigin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'preset'; readonly preset: string }
  | { readonly kind: 'default' }

export interface ConfigAnswer {
  /** What is in force, secrets masked. */
  readonly config: unknown
  /** Every setting, if they were asked for. */
  readonly origins?: readonly {
    readonly pointer: string
    readonly value: unknown
    readonly origin: ShownOrigin
  }[]
}
