/** `GET /v1/config`. */
export interface ConfigAnswer {
  /** The settings in force, as `warder config show --json` has them. */
  readonly config: unknown
}
