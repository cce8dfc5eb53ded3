/** `GET /v1/config?origins`. */

type ShownOrigin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'preset'; readonly preset: string }
  | { readonly kind: 'default' }

export interface ConfigAnswer {
  /** Every setting in force, secrets masked. */
  readonly origins: readonly {
    readonly pointer: string
    readonly value: unknown
    readonly origin: ShownOrigin
  }[]
}
